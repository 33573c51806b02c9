/* Sockets and names of hosts. No network is needed: a name that is a number, and one that fails. */
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "every_call.h"

static char buffer[64];

static void exchange(int a, int b) {
  const size_t n = known_only_at_run_time;
  struct iovec piece = {buffer, 4};
  struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
  struct mmsghdr messages[2] = {{.msg_hdr = message}, {.msg_hdr = message}};
  struct timespec none = {0, 0};
  SAY(send(a, "12345678", 8, 0));
  SAY(send(-1, "x", 1, 0));
  SAY(sendto(a, "12345678", 8, 0, NULL, 0));
  SAY(sendmsg(a, &message, 0));
  SAY(sendmsg(a, NULL, 0));
  SAY(sendmmsg(a, messages, 2, 0));
  SAY(recv(b, buffer, n, 0));
  say_text("recv", buffer, (long)n);
  SAY(recvfrom(b, buffer, n, 0, NULL, NULL));
  SAY(recvmsg(b, &message, 0));
  SAY(recvmmsg(b, messages, 2, MSG_WAITFORONE, &none) > 0);
  SAY(recv(b, buffer, sizeof buffer, MSG_DONTWAIT) >= 0);
  SAY(recv(b, buffer, n, MSG_DONTWAIT));
  SAY(recvmsg(-1, &message, 0));
}

static void connect_and_accept(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  struct sockaddr* any = (struct sockaddr*)&address;
  socklen_t bytes = sizeof address;
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  SAY(bind(listener, any, bytes));
  SAY(getsockname(listener, any, &bytes));
  SAY(listen(listener, 2));
  const int first = socket(AF_INET, SOCK_STREAM, 0), second = socket(AF_INET, SOCK_STREAM, 0);
  SAY(connect(first, any, bytes));
  SAY(connect(first, any, bytes));
  SAY(connect(second, any, bytes));
  SAY(connect(-1, any, bytes));
  const int a = accept(listener, NULL, NULL), b = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  SAY(a);
  SAY(b);
  SAY(accept(first, NULL, NULL));
  SAY(accept4(listener, NULL, NULL, -1));
  exchange(first, a);
  const int all[] = {listener, first, second, a, b};
  for (size_t i = 0; i < sizeof all / sizeof *all; ++i) SAY(close(all[i]));
}

static void resolve(void) {
  unsigned char answer[512];
  char host[64], service[32], text[1024];
  struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM}, *found = NULL;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  struct hostent entry, *result = NULL;
  struct __res_state state;
  int problem = 0;
  SAY(getaddrinfo("127.0.0.1", "80", &hints, &found));
  freeaddrinfo(found);
  SAY(getaddrinfo("not a number", "80", &hints, &found));
  SAY(getnameinfo((struct sockaddr*)&address, sizeof address, host, sizeof host, service,
                  sizeof service, NI_NUMERICHOST | NI_NUMERICSERV));
  say_text("host", host, (long)strlen(host));
  SAY_POINTER(gethostbyname("127.0.0.1"));
  SAY_POINTER(gethostbyname2("127.0.0.1", AF_INET));
  SAY_POINTER(gethostbyaddr("", 0, AF_INET));
  SAY(gethostbyname_r("127.0.0.1", &entry, text, sizeof text, &result, &problem));
  SAY(gethostbyname2_r("127.0.0.1", AF_INET, &entry, text, sizeof text, &result, &problem));
  SAY(gethostbyaddr_r("", 0, AF_INET, &entry, text, sizeof text, &result, &problem) != 0);
  memset(&state, 0, sizeof state);
  res_ninit(&state);
  SAY(res_query("", -1, -1, answer, 0));
  SAY(res_search("", -1, -1, answer, 0));
  SAY(res_querydomain("", "", -1, -1, answer, 0));
  SAY(res_send(answer, 0, answer, 0));
  SAY(res_nquery(&state, "", -1, -1, answer, 0));
  SAY(res_nsearch(&state, "", -1, -1, answer, 0));
  SAY(res_nquerydomain(&state, "", "", -1, -1, answer, 0));
  SAY(res_nsend(&state, answer, 0, answer, 0));
  res_nclose(&state);
  SAY(getaddrinfo_a(GAI_WAIT, NULL, 0, NULL));
  const struct timespec none = {0, 0};
  SAY(gai_suspend(NULL, 0, &none));
}

void call_sockets(void) {
  known_only_at_run_time = 8;
  int pair[2];
  SAY(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
  exchange(pair[0], pair[1]);
  SAY(close(pair[0]));
  SAY(close(pair[1]));
  connect_and_accept();
  resolve();
}
