#define STAGE portable_stage
#include "kernels/stage_template.h"
