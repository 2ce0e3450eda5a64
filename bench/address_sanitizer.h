/* Whether this is compiled with an address sanitizer, gcc's or clang's. */
#ifndef BATCHDOT_BENCH_ADDRESS_SANITIZER_H
#define BATCHDOT_BENCH_ADDRESS_SANITIZER_H

#if defined(__SANITIZE_ADDRESS__)
#define IS_ADDRESS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_ADDRESS_SANITIZED 1
#endif
#endif
#ifndef IS_ADDRESS_SANITIZED
#define IS_ADDRESS_SANITIZED 0
#endif

#endif
