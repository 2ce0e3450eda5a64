#include "checker.h"

#include "entrant.h"
#include "exact_values.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the parent asks: one case, with the arena as it stands. The process was forked before the case was filled in. */
struct question {
    struct bench_case bench_case;
    struct arena arena;
};

/* What the process answers first, when it has loaded the library. */
struct greeting {
    bool is_usable;
    char text[CONTESTANT_TEXT_SIZE]; /* version or reason */
};

static struct verdict make_verdict(enum verdict_status status, const char *reason) {
    struct verdict verdict = {.status = status};
    snprintf(verdict.reason, sizeof verdict.reason, "%s", reason);
    return verdict;
}

static struct verdict judge_output(const struct arena *arena, const struct item_product *product) {
    const struct bench_dtype *const dtype = product->dtype;
    const int64_t index = exact_values_first_difference(arena->out, dtype, arena->reference, product->out_count);
    struct verdict verdict = make_verdict(VERDICT_RIGHT, "");
    if (index >= 0) {
        verdict.status = VERDICT_WRONG;
        snprintf(verdict.reason, sizeof verdict.reason, "element %" PRId64 " of %" PRId64 " is %g where %g is right",
                 index / dtype->parts, product->out_count, exact_values_part(arena->out, dtype->out, index),
                 (double)arena->reference[index]);
    } else if (!arena_margins_are_intact(arena, product)) {
        verdict = make_verdict(VERDICT_WRONG, "it wrote outside the output");
    }
    return verdict;
}

/* Twice, since a library may go wrong only when it meets what the first time left behind. */
static struct verdict judge(const struct contestant *contestant, int threads, const struct question *question) {
    struct item_product product;
    item_product_make(&question->bench_case, &product);
    struct entrant entrant;
    const char *const reason = entrant_prepare(&entrant, contestant, &product, threads);
    if (reason)
        return make_verdict(VERDICT_CANNOT, reason);
    arena_protect_inputs(&question->arena);
    struct verdict verdict = make_verdict(VERDICT_RIGHT, "");
    for (int pass = 0; pass < 2 && verdict.status == VERDICT_RIGHT; pass++) {
        arena_spoil_output(&question->arena, &product);
        entrant_begin(&entrant);
        entrant_execute(&entrant, &question->arena);
        if (contestant->role != ROLE_BOUND)
            verdict = judge_output(&question->arena, &product);
    }
    entrant_release(&entrant);
    return verdict;
}

/* Pipes carry less than PIPE_BUF at once or not at all, but reads may come in parts. */
static bool read_whole(int descriptor, void *data, size_t size) {
    for (size_t done = 0; done < size;) {
        const ssize_t count = read(descriptor, (char *)data + done, size - done);
        if (count > 0)
            done += (size_t)count;
        else if (count == 0 || errno != EINTR)
            return false;
    }
    return true;
}

static bool write_whole(int descriptor, const void *data, size_t size) {
    for (size_t done = 0; done < size;) {
        const ssize_t count = write(descriptor, (const char *)data + done, size - done);
        if (count >= 0)
            done += (size_t)count;
        else if (errno != EINTR)
            return false;
    }
    return true;
}

static void work(struct contestant contestant, int threads, int from_parent, int to_parent) {
    struct greeting greeting = {.is_usable = false};
    const char *const reason = *contestant.library_file || contestant.role == ROLE_BOUND
                                   ? contestant.kind->load(&contestant, threads)
                                   : "not found when the bench was configured";
    greeting.is_usable = !reason;
    snprintf(greeting.text, sizeof greeting.text, "%s", reason ? reason : contestant.version);
    struct question question;
    bool is_connected = write_whole(to_parent, &greeting, sizeof greeting);
    while (is_connected && read_whole(from_parent, &question, sizeof question)) {
        const struct verdict verdict = judge(&contestant, threads, &question);
        is_connected = write_whole(to_parent, &verdict, sizeof verdict);
    }
}

/* In the new process; what a library prints must not end up in the table. */
static void become_worker(const struct checker *checker, int from_parent, int to_parent) {
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    dup2(STDERR_FILENO, STDOUT_FILENO);
    work(*checker->contestant, checker->threads, from_parent, to_parent);
    _exit(0); /* a library's own clean-up is not what is checked here */
}

static bool start_process(struct checker *checker) {
    int to_worker[2], from_worker[2];
    if (pipe(to_worker))
        return false;
    if (pipe(from_worker)) {
        close(to_worker[0]);
        close(to_worker[1]);
        return false;
    }
    fflush(NULL);
    checker->process = fork();
    if (checker->process == 0) {
        close(to_worker[1]);
        close(from_worker[0]);
        become_worker(checker, to_worker[0], from_worker[1]);
    }
    close(to_worker[0]);
    close(from_worker[1]);
    checker->to_worker = to_worker[1];
    checker->from_worker = from_worker[0];
    if (checker->process > 0)
        return true;
    checker_stop(checker);
    return false;
}

/* Waits for the process's next message. False if it hangs or ends instead; *status and reason then say which. */
static bool receive(struct checker *checker, void *message, size_t size, struct verdict *failure) {
    struct pollfd answer = {.fd = checker->from_worker, .events = POLLIN};
    int ready;
    do
        ready = poll(&answer, 1, checker->seconds * 1000);
    while (ready < 0 && errno == EINTR);
    if (ready > 0 && read_whole(checker->from_worker, message, size))
        return true;
    *failure = make_verdict(VERDICT_HUNG, "");
    if (ready == 0) {
        snprintf(failure->reason, sizeof failure->reason, "it did not end within %d s", checker->seconds);
        return false;
    }
    int status = 0;
    failure->status = VERDICT_CRASHED;
    waitpid(checker->process, &status, 0);
    checker->process = 0;
    if (WIFSIGNALED(status))
        snprintf(failure->reason, sizeof failure->reason, "it ended the process: %s", strsignal(WTERMSIG(status)));
    else
        snprintf(failure->reason, sizeof failure->reason, "it ended the process with status %d", WEXITSTATUS(status));
    return false;
}

static void start_and_load(struct checker *checker) {
    struct greeting greeting;
    struct verdict failure;
    checker->is_usable = false;
    if (!start_process(checker)) {
        snprintf(checker->reason, sizeof checker->reason, "no process could be started: %s", strerror(errno));
        return;
    }
    if (!receive(checker, &greeting, sizeof greeting, &failure)) {
        snprintf(checker->reason, sizeof checker->reason, "loading it: %.150s", failure.reason);
        checker_stop(checker);
        return;
    }
    checker->is_usable = greeting.is_usable;
    memcpy(greeting.is_usable ? checker->version : checker->reason, greeting.text, sizeof greeting.text);
    if (!checker->is_usable)
        checker_stop(checker);
}

void checker_start(struct checker *checker, const struct contestant *contestant, int threads, int seconds) {
    *checker = (struct checker){
        .contestant = contestant, .threads = threads, .seconds = seconds, .to_worker = -1, .from_worker = -1};
    start_and_load(checker);
}

struct verdict checker_judge(struct checker *checker, const struct arena *arena, const struct bench_case *bench_case) {
    const struct question question = {*bench_case, *arena};
    struct verdict verdict;
    if (!checker->process && checker->is_usable)
        start_and_load(checker);
    if (!checker->is_usable)
        return make_verdict(checker->has_hung ? VERDICT_HUNG : VERDICT_CRASHED, checker->reason);
    write_whole(checker->to_worker, &question, sizeof question); /* if it fails, so will the answer */
    if (receive(checker, &verdict, sizeof verdict, &verdict))
        return verdict;
    checker_stop(checker);
    if (verdict.status == VERDICT_HUNG) { /* nobody waits that long for each of the other cases */
        checker->is_usable = false;
        checker->has_hung = true;
        snprintf(checker->reason, sizeof checker->reason, "not tried again after it hung in %s", bench_case->name);
    }
    return verdict;
}

void checker_stop(struct checker *checker) {
    if (checker->process > 0) {
        kill(checker->process, SIGKILL);
        waitpid(checker->process, NULL, 0);
    }
    if (checker->to_worker >= 0) {
        close(checker->to_worker);
        close(checker->from_worker);
    }
    checker->to_worker = checker->from_worker = -1;
    checker->process = 0;
}
