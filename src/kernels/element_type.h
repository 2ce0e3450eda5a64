/* The type of the elements that ELEMENT_BITS and INTEGER_ELEMENTS describe. Integers are unsigned, since these wrap. */
#include <stdint.h>

#if defined INTEGER_ELEMENTS && ELEMENT_BITS == 32
typedef uint32_t element;
#elif defined INTEGER_ELEMENTS
typedef uint64_t element;
#elif ELEMENT_BITS == 32
typedef float element;
#else
typedef double element;
#endif
