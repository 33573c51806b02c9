/* Children, messages between processes, libraries. */
#include <aio.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <mqueue.h>
#include <spawn.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <utmp.h>

#include "every_call.h"

extern char** environ;

static pid_t spawn(const char* command) {
  char* words[] = {"sh", "-c", (char*)command, NULL};
  pid_t child = -1;
  SAY(posix_spawn(&child, "/bin/sh", NULL, NULL, words, environ));
  return child;
}

static void children(void) {
  char* words[] = {"sh", "-c", "exit 4", NULL};
  int status = 0;
  pid_t child = spawn("sleep 0.02; exit 3");
  struct rusage usage;
  siginfo_t info;
  SAY(waitpid(child, &status, 0) == child);
  SAY(WEXITSTATUS(status));
  SAY(posix_spawn(&child, "/nonexistent", NULL, NULL, words, environ));
  SAY(posix_spawnp(&child, "sh", NULL, NULL, words, environ));
  SAY(wait(&status) == child);
  SAY(WEXITSTATUS(status));
  child = spawn("exit 5");
  SAY(wait3(&status, 0, &usage) == child);
  child = spawn("exit 6");
  SAY(wait4(child, &status, 0, &usage) == child);
  child = spawn("exit 7");
  SAY(waitid(P_PID, (id_t)child, &info, WEXITED));
  SAY(info.si_status);
  SAY(waitpid(-1, &status, WNOHANG));
  SAY(wait(NULL));
  SAY(system("exit 8"));
  SAY(system(NULL));
  child = vfork();
  if (child == 0) {
    close(0);
    _exit(9);
  }
  SAY(waitpid(child, &status, 0) == child);
  SAY(WEXITSTATUS(status));
}

/* How a child ends that does `action` and then leaves with 40. */
#define IN_CHILD(action)                         \
  do {                                           \
    int end_ = 0;                                \
    const pid_t child_ = fork();                 \
    if (child_ == 0) {                           \
      action;                                    \
      _exit(errno == ENOENT ? 40 : 41);          \
    }                                            \
    SAY(waitpid(child_, &end_, 0) == child_);    \
    say(#action, end_, 0);                       \
  } while (0)

static void ends(void) {
  char* words[] = {"sh", "-c", "exit 30", NULL};
  IN_CHILD(_exit(20));
  IN_CHILD(_Exit(21));
  IN_CHILD(quick_exit(22));
  IN_CHILD(abort());
  IN_CHILD(execl("/bin/sh", "sh", "-c", "exit 23", NULL));
  IN_CHILD(execl("/nonexistent", "sh", NULL));
  IN_CHILD(execlp("sh", "sh", "-c", "exit 24", NULL));
  IN_CHILD(execle("/bin/sh", "sh", "-c", "exit 25", NULL, environ));
  IN_CHILD(execv("/bin/sh", words));
  IN_CHILD(execve("/nonexistent", words, environ));
  IN_CHILD(execvp("sh", words));
  IN_CHILD(execvpe("sh", words, environ));
  IN_CHILD(execveat(AT_FDCWD, "/nonexistent", words, environ, 0));
  IN_CHILD(fexecve(open("/bin/sh", O_RDONLY), words, environ));
}

static void messages(void) {
  struct {
    long type;
    char text[8];
  } message = {1, "hello"};
  struct sembuf up = {0, 1, 0}, down = {0, -1, IPC_NOWAIT};
  const struct timespec brief = {0, 1000000};
  int id = msgget(IPC_PRIVATE, 0600);
  SAY(msgsnd(id, &message, 8, 0));
  SAY(msgrcv(id, &message, 8, 0, 0));
  SAY(msgrcv(id, &message, 8, 0, IPC_NOWAIT));
  SAY(msgsnd(-1, &message, 8, 0));
  msgctl(id, IPC_RMID, NULL);
  id = semget(IPC_PRIVATE, 1, 0600);
  SAY(semop(id, &up, 1));
  SAY(semop(id, &down, 1));
  SAY(semop(id, &down, 1));
  down.sem_flg = 0;
  SAY(semtimedop(id, &down, 1, &brief));
  semctl(id, 0, IPC_RMID);
  char text[8];
  unsigned priority = 0;
  const struct timespec past = {1, 0};
  struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = 8};
  const mqd_t queue = mq_open("/plumbline-every-call", O_RDWR | O_CREAT, 0600, &attributes);
  mq_unlink("/plumbline-every-call");
  SAY(mq_send(queue, "x", 1, 3));
  SAY(mq_timedsend(queue, "x", 1, 3, &past));
  SAY(mq_receive(queue, text, sizeof text, &priority));
  SAY(mq_timedreceive(queue, text, sizeof text, &priority, &past));
  SAY(mq_receive(-1, text, sizeof text, NULL));
  SAY(mq_close(queue));
}

static void asynchronous(void) {
  char text[8] = "";
  const int fd = open("data", O_RDONLY);
  struct aiocb request = {.aio_fildes = fd, .aio_buf = text, .aio_nbytes = 4};
  struct aiocb64 request64 = {.aio_fildes = fd, .aio_buf = text, .aio_nbytes = 4};
  const struct aiocb* waited[] = {&request};
  const struct aiocb64* waited64[] = {&request64};
  struct aiocb* listed[] = {&request};
  struct aiocb64* listed64[] = {&request64};
  request.aio_lio_opcode = request64.aio_lio_opcode = LIO_READ;
  SAY(aio_read(&request));
  SAY(aio_suspend(waited, 1, NULL));
  SAY(aio_read64(&request64));
  SAY(aio_suspend64(waited64, 1, NULL));
  SAY(lio_listio(LIO_WAIT, listed, 1, NULL));
  SAY(lio_listio64(LIO_WAIT, listed64, 1, NULL));
  SAY(lio_listio(-1, listed, 1, NULL));
  SAY(close(fd));
}

static void libraries(void) {
  void* none = dlopen("/nonexistent.so", RTLD_NOW);
  SAY(none == NULL);
  none = dlopen("libnonexistent.so.9", RTLD_NOW);
  SAY(none == NULL);
  void* library = dlopen("libc.so.6", RTLD_NOW);
  SAY(library != NULL);
  SAY(dlclose(library));
  library = dlopen(NULL, RTLD_NOW);
  SAY(dlclose(library));
}

void call_processes(void) {
  children();
  ends();
  messages();
  asynchronous();
  libraries();
  SAY(login_tty(-1));
}
