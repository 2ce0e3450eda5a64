#define STAGE avx2_stage
#define STAGE_FUSES
#include "kernels/stage_template.h"
