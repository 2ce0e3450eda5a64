#define STAGE avx512_stage
#include "kernels/stage_template.h"
