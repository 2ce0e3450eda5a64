#define STAGE neon_stage
#define STAGE_FUSES
#include "kernels/stage_template.h"
