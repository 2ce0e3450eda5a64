#define STAGE avx2_stage
#include "kernels/stage_template.h"
