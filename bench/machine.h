/* The machine and the compiler, in words, for who reads the results elsewhere. */
#ifndef BATCHDOT_BENCH_MACHINE_H
#define BATCHDOT_BENCH_MACHINE_H

struct machine {
    char processor[128], system[128], compiler[64], date[16];
    long cores;
    long l1d_bytes, l2_bytes, l3_bytes; /* 0 where the system does not say */
    char environment[512];              /* the variables that libraries listen to, as NAME=VALUE separated by spaces */
};

void machine_describe(struct machine *machine);

#endif
