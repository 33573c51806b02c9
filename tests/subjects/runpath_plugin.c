/* Opened by runpath_guest.c. */
int runpath_plugin(void) { return 1; }
