// Semaphores and messages between processes, and waiting for asynchronous requests. Category
// `sync`; aio is `file`.
//
// msgrcv, msgsnd, semop and semtimedop return EINTR to any signal, whatever its handler asks for.
#include <aio.h>
#include <mqueue.h>
#include <sys/msg.h>
#include <sys/sem.h>

#include "profiler/hooks/interrupted.h"
#include "profiler/hooks/recorded_hook.h"

namespace plumbline::hooks {
namespace {

WaitKind of_queue(Operation operation, int id) {
  return {.operation = operation,
          .category = Category::kSync,
          .object = static_cast<std::uint64_t>(id)};
}
WaitKind of_semaphores(int id) { return of_queue(Operation::kSemaphoreWait, id); }
constexpr WaitKind kAsyncWait{.operation = Operation::kAsyncWait, .category = Category::kFile};

}  // namespace
}  // namespace plumbline::hooks

using namespace plumbline::hooks;

PLUMBLINE_HOOK ssize_t msgrcv(int id, void* message, size_t bytes, long type, int flags) {
  return recorded(of_queue(Operation::kMessageReceive, id), [&] {
    return uninterrupted([&] { return original().msgrcv(id, message, bytes, type, flags); });
  });
}
PLUMBLINE_HOOK int msgsnd(int id, const void* message, size_t bytes, int flags) {
  return recorded(of_queue(Operation::kMessageSend, id), [&] {
    return uninterrupted([&] { return original().msgsnd(id, message, bytes, flags); });
  });
}

PLUMBLINE_HOOK int semop(int id, sembuf* operations, size_t count) {
  return recorded(of_semaphores(id), [&] {
    return uninterrupted([&] { return original().semop(id, operations, count); });
  });
}
PLUMBLINE_HOOK int semtimedop(int id, sembuf* operations, size_t count, const timespec* timeout) {
  return recorded(of_semaphores(id), [&] {
    return uninterrupted_for(timeout, [&](const timespec* left) {
      return original().semtimedop(id, operations, count, left);
    });
  });
}

PLUMBLINE_RECORDED(ssize_t, mq_receive,
                   (mqd_t queue, char* message, size_t bytes, unsigned* priority),
                   (queue, message, bytes, priority), of_queue(Operation::kMessageReceive, queue))
PLUMBLINE_RECORDED(ssize_t, mq_timedreceive,
                   (mqd_t queue, char* message, size_t bytes, unsigned* priority,
                    const timespec* deadline),
                   (queue, message, bytes, priority, deadline),
                   of_queue(Operation::kMessageReceive, queue))
PLUMBLINE_RECORDED(int, mq_send,
                   (mqd_t queue, const char* message, size_t bytes, unsigned priority),
                   (queue, message, bytes, priority), of_queue(Operation::kMessageSend, queue))
PLUMBLINE_RECORDED(int, mq_timedsend,
                   (mqd_t queue, const char* message, size_t bytes, unsigned priority,
                    const timespec* deadline),
                   (queue, message, bytes, priority, deadline),
                   of_queue(Operation::kMessageSend, queue))

#define PLUMBLINE_AIO_SUSPEND(name, Block)                                                    \
  PLUMBLINE_HOOK int name(const Block* const list[], int count, const timespec* timeout) {    \
    return recorded(kAsyncWait, [&] {                                                         \
      return uninterrupted_for(                                                               \
          timeout, [&](const timespec* left) { return original().name(list, count, left); }); \
    });                                                                                       \
  }

PLUMBLINE_AIO_SUSPEND(aio_suspend, aiocb)
PLUMBLINE_AIO_SUSPEND(aio_suspend64, aiocb64)
PLUMBLINE_RECORDED(int, lio_listio, (int mode, aiocb* const list[], int count, sigevent* event),
                   (mode, list, count, event), kAsyncWait)
PLUMBLINE_RECORDED(int, lio_listio64, (int mode, aiocb64* const list[], int count, sigevent* event),
                   (mode, list, count, event), kAsyncWait)
