// A counting semaphore that sleeps at once.
//
// std::counting_semaphore spins before it sleeps; that CPU would be on the account of the worker.
// Used between a worker and its partner threads.
// Thread rule: any thread. Failure rule: none.
#pragma once

#include <semaphore.h>

#include <cerrno>

namespace plumbline::workloads {

class Semaphore {
 public:
  Semaphore() { sem_init(&semaphore_, 0, 0); }
  ~Semaphore() { sem_destroy(&semaphore_); }
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  void post() { sem_post(&semaphore_); }
  bool try_wait() { return sem_trywait(&semaphore_) == 0; }
  void wait() {
    while (sem_wait(&semaphore_) != 0 && errno == EINTR) {
    }
  }

 private:
  sem_t semaphore_;
};

}  // namespace plumbline::workloads
