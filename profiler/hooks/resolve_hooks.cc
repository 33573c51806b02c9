// Names of hosts. Category `socket`: they are asked for over the network (or of nscd and its kin),
// with sockets that only libc sees.
#include <netdb.h>
#include <resolv.h>

#include "profiler/hooks/interrupted.h"
#include "profiler/hooks/recorded_hook.h"

namespace plumbline::hooks {
namespace {

constexpr WaitKind kResolving{.operation = Operation::kResolve, .category = Category::kSocket};
constexpr WaitKind kAsyncWait{.operation = Operation::kAsyncWait, .category = Category::kSocket};

}  // namespace
}  // namespace plumbline::hooks

using namespace plumbline::hooks;

#define PLUMBLINE_RESOLVE(Result, name, parameters, arguments) \
  PLUMBLINE_RECORDED(Result, name, parameters, arguments, kResolving)

PLUMBLINE_RESOLVE(int, getaddrinfo,
                  (const char* host, const char* service, const addrinfo* hints, addrinfo** result),
                  (host, service, hints, result))
PLUMBLINE_RESOLVE(int, getnameinfo,
                  (const sockaddr* address, socklen_t address_bytes, char* host,
                   socklen_t host_bytes, char* service, socklen_t service_bytes, int flags),
                  (address, address_bytes, host, host_bytes, service, service_bytes, flags))
PLUMBLINE_RESOLVE(hostent*, gethostbyname, (const char* name), (name))
PLUMBLINE_RESOLVE(hostent*, gethostbyname2, (const char* name, int family), (name, family))
PLUMBLINE_RESOLVE(int, gethostbyname_r,
                  (const char* name, hostent* host, char* buffer, size_t bytes, hostent** result,
                   int* problem),
                  (name, host, buffer, bytes, result, problem))
PLUMBLINE_RESOLVE(int, gethostbyname2_r,
                  (const char* name, int family, hostent* host, char* buffer, size_t bytes,
                   hostent** result, int* problem),
                  (name, family, host, buffer, bytes, result, problem))
PLUMBLINE_RESOLVE(hostent*, gethostbyaddr, (const void* address, socklen_t bytes, int family),
                  (address, bytes, family))
PLUMBLINE_RESOLVE(int, gethostbyaddr_r,
                  (const void* address, socklen_t address_bytes, int family, hostent* host,
                   char* buffer, size_t bytes, hostent** result, int* problem),
                  (address, address_bytes, family, host, buffer, bytes, result, problem))

PLUMBLINE_RESOLVE(int, res_query,
                  (const char* name, int kind, int type, unsigned char* answer, int bytes),
                  (name, kind, type, answer, bytes))
PLUMBLINE_RESOLVE(int, res_search,
                  (const char* name, int kind, int type, unsigned char* answer, int bytes),
                  (name, kind, type, answer, bytes))
PLUMBLINE_RESOLVE(int, res_querydomain,
                  (const char* name, const char* domain, int kind, int type, unsigned char* answer,
                   int bytes),
                  (name, domain, kind, type, answer, bytes))
PLUMBLINE_RESOLVE(int, res_send,
                  (const unsigned char* question, int question_bytes, unsigned char* answer,
                   int bytes),
                  (question, question_bytes, answer, bytes))
PLUMBLINE_RESOLVE(int, res_nquery,
                  (res_state state, const char* name, int kind, int type, unsigned char* answer,
                   int bytes),
                  (state, name, kind, type, answer, bytes))
PLUMBLINE_RESOLVE(int, res_nsearch,
                  (res_state state, const char* name, int kind, int type, unsigned char* answer,
                   int bytes),
                  (state, name, kind, type, answer, bytes))
PLUMBLINE_RESOLVE(int, res_nquerydomain,
                  (res_state state, const char* name, const char* domain, int kind, int type,
                   unsigned char* answer, int bytes),
                  (state, name, domain, kind, type, answer, bytes))
PLUMBLINE_RESOLVE(int, res_nsend,
                  (res_state state, const unsigned char* question, int question_bytes,
                   unsigned char* answer, int bytes),
                  (state, question, question_bytes, answer, bytes))

PLUMBLINE_RECORDED(int, getaddrinfo_a, (int mode, gaicb** list, int count, sigevent* event),
                   (mode, list, count, event), kAsyncWait)
PLUMBLINE_RECORDED(int, gai_suspend,
                   (const gaicb* const list[], int count, const timespec* timeout),
                   (list, count, timeout), kAsyncWait)
