// What zstd would ask of the program it is linked into, answered here: nothing.
//
// CMakeLists.txt gives the archive's malloc, calloc and free these names: inside the target nothing
// allocates, and a library that does not import them cannot. The contexts of ours live in memory
// that is given to them, and need none. The trace functions are weak in the archive: without
// a definition of ours, a program that has some would be told of our compression.
// Thread rule: any. Signal rule: async-signal-safe. Failure: that of what cannot get memory.
#include <cstddef>

extern "C" {

void* plumbline_zstd_malloc(std::size_t);
void* plumbline_zstd_calloc(std::size_t, std::size_t);
void plumbline_zstd_free(void*);
unsigned long long ZSTD_trace_compress_begin(const void*);
void ZSTD_trace_compress_end(unsigned long long, const void*);

void* plumbline_zstd_malloc(std::size_t) { return nullptr; }
void* plumbline_zstd_calloc(std::size_t, std::size_t) { return nullptr; }
void plumbline_zstd_free(void*) {}
unsigned long long ZSTD_trace_compress_begin(const void*) { return 0; }
void ZSTD_trace_compress_end(unsigned long long, const void*) {}

}  // extern "C"
