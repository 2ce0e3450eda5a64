#include "cli/signals.h"

#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *volatile unfinished_file;

void signals_set_unfinished_file(char *path) {
    unfinished_file = path;
}

static void remove_and_die(int signal_number) {
    if (unfinished_file)
        unlink(unfinished_file);
    /* SA_RESETHAND has restored the default action, which follows when this handler returns. */
    raise(signal_number);
}

/* A page of a mapped file that cannot be had: somebody cut the file short, or the disk failed. */
static void report_lost_page(int signal_number) {
    static const char text[] = "batchdot: a file became shorter or unreadable while it was in use\n";
    (void)signal_number;
    if (unfinished_file)
        unlink(unfinished_file);
    const ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written;
    _exit(EXIT_FAILURE);
}

static void handle(int signal_number, void (*handler)(int)) {
    struct sigaction action;
    /* What the parent ignores, as nohup does with SIGHUP, stays ignored. */
    if (sigaction(signal_number, NULL, &action) != 0 || action.sa_handler == SIG_IGN)
        return;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = handler;
    action.sa_flags = (int)SA_RESETHAND;
    sigaction(signal_number, &action, NULL);
}

void signals_handle(void) {
    static const int fatal_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGXCPU};
    for (size_t i = 0; i < sizeof fatal_signals / sizeof fatal_signals[0]; i++)
        handle(fatal_signals[i], remove_and_die);
    handle(SIGBUS, report_lost_page);
    /* A file beyond the size limit is then an error of the call that wanted it. */
    signal(SIGXFSZ, SIG_IGN);
}
