/* What signals do to the command: one that ends it removes the file that is being written. */
#ifndef BATCHDOT_CLI_SIGNALS_H
#define BATCHDOT_CLI_SIGNALS_H

/* To be called once, at the start. */
void signals_handle(void);

/* The file that a signal is to remove before it ends the process; NULL for none. The text must stay until it is
 * replaced by another or by NULL. */
void signals_set_unfinished_file(char *path);

#endif
