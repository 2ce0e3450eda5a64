/* The families that bring elements to their lanes by permuting. Include as common_families.h, and after that. */
#include "kernels/cluster_template.h"
#include "kernels/narrow_template.h"

DEFINE_PREPARED_KERNEL(cluster)
DEFINE_KERNEL(narrow)
