#define STAGE avx512_stage
#define STAGE_FUSES
#include "kernels/stage_template.h"
