// Calls nothing that is hooked: nothing but plumbline::plumbline itself asks for the library.
// Ends with 0 when the profiler is there.
#include <plumbline/profiler.h>

int main() { return plumbline::ProfilerPresent() ? 0 : 1; }
