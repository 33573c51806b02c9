// Every function behind a hook, by the hook's file: PLUMBLINE_ORIGINALS(X, Y) expands to X(name)
// for each of them, or to Y(name, symbol) where C++ knows libc's symbol under another name.
//
// Used by original.h for the struct and by original.cc for the lookup.
// Thread rule: text only. Signal rule: none. Failure: a name that no header declares is an error.
#pragma once

// clang-format off
#define PLUMBLINE_ORIGINALS(X, Y) \
  /* directory */                                                                                  \
  X(closedir) X(fdopendir) X(fts64_children) X(fts64_close) X(fts64_open) X(fts64_read)            \
  X(fts_children) X(fts_close) X(fts_open) X(fts_read) X(getdents64) X(getdirentries)              \
  X(getdirentries64) X(opendir) X(readdir) X(readdir64) X(readdir64_r) X(readdir_r)                \
  /* file_change */                                                                                \
  X(chdir) X(chmod) X(chown) X(chroot) X(fallocate) X(fallocate64) X(fchmod) X(fchmodat)           \
  X(fchown) X(fchownat) X(fremovexattr) X(fsetxattr) X(ftruncate) X(ftruncate64) X(futimens)       \
  X(futimes) X(futimesat) X(lchmod) X(lchown) X(link) X(linkat) X(lremovexattr) X(lsetxattr)       \
  X(lutimes) X(mkdir) X(mkdirat) X(mkdtemp) X(mkfifo) X(mkfifoat) X(mknod) X(mknodat)              \
  X(posix_fallocate) X(posix_fallocate64) X(remove) X(removexattr) X(rename) X(renameat)           \
  X(renameat2) X(rmdir) X(setxattr) X(symlink) X(symlinkat) X(truncate) X(truncate64) X(unlink)    \
  X(unlinkat) X(utime) X(utimensat) X(utimes) X(__xmknod) X(__xmknodat)                            \
  /* file_data */                                                                                  \
  X(copy_file_range) X(fdatasync) X(fsync) X(ioctl) X(msync) X(sendfile) X(sendfile64) X(splice)   \
  X(sync) X(sync_file_range) X(syncfs) X(tcdrain) X(tee) X(vmsplice)                               \
  /* file_lock */                                                                                  \
  X(fcntl) X(fcntl64) X(flock) X(lockf) X(lockf64)                                                 \
  /* file_status */                                                                                \
  X(access) X(canonicalize_file_name) X(eaccess) X(euidaccess) X(faccessat) X(fgetxattr)           \
  X(flistxattr) X(fstat) X(fstat64) X(fstatat) X(fstatat64) X(fstatfs) X(fstatfs64) X(fstatvfs)    \
  X(fstatvfs64) X(__fxstat) X(__fxstat64) X(__fxstatat) X(__fxstatat64) X(getxattr) X(lgetxattr)   \
  X(listxattr) X(llistxattr) X(lstat) X(lstat64) X(__lxstat) X(__lxstat64) X(readlink)             \
  X(__readlink_chk) X(readlinkat) X(__readlinkat_chk) X(realpath) X(__realpath_chk) X(stat)        \
  X(stat64) X(statfs) X(statfs64) X(statvfs) X(statvfs64) X(statx) X(__xstat) X(__xstat64)         \
  /* library */                                                                                    \
  X(dlclose) X(dlopen)                                                                             \
  /* lock */                                                                                       \
  X(mtx_lock) X(mtx_timedlock) X(mtx_trylock) X(pthread_mutex_clocklock) X(pthread_mutex_lock)     \
  X(pthread_mutex_timedlock) X(pthread_mutex_trylock) X(pthread_rwlock_clockrdlock)                \
  X(pthread_rwlock_clockwrlock) X(pthread_rwlock_rdlock) X(pthread_rwlock_timedrdlock)             \
  X(pthread_rwlock_timedwrlock) X(pthread_rwlock_tryrdlock) X(pthread_rwlock_trywrlock)            \
  X(pthread_rwlock_wrlock) X(pthread_spin_lock) X(pthread_spin_trylock)                            \
  /* message */                                                                                    \
  X(aio_suspend) X(aio_suspend64) X(lio_listio) X(lio_listio64) X(mq_receive) X(mq_send)           \
  X(mq_timedreceive) X(mq_timedsend) X(msgrcv) X(msgsnd) X(semop) X(semtimedop)                    \
  /* open_close */                                                                                 \
  X(close) X(close_range) X(closefrom) X(creat) X(creat64) X(daemon) X(dup2) X(dup3)               \
  X(login_tty) X(mkostemp) X(mkostemp64) X(mkostemps) X(mkostemps64) X(mkstemp) X(mkstemp64)       \
  X(mkstemps) X(mkstemps64) X(open) X(open64) X(__open64_2) X(__open_2) X(open_by_handle_at)       \
  X(openat) X(openat64) X(__openat64_2) X(__openat_2)                                              \
  /* poll */                                                                                       \
  X(epoll_ctl) X(epoll_pwait) X(epoll_pwait2) X(epoll_wait) X(poll) X(__poll_chk) X(ppoll)         \
  X(__ppoll_chk) X(pselect) X(select)                                                              \
  /* process */                                                                                    \
  X(posix_spawn) X(posix_spawnp) X(system) X(wait) X(wait3) X(wait4) X(waitid) X(waitpid)          \
  /* process_end */                                                                               \
  X(_exit) X(_Exit) X(abort) X(execv) X(execve) X(execveat) X(execvp) X(execvpe) X(fexecve)       \
  X(quick_exit)                                                                                   \
  /* read_write */                                                                                 \
  X(eventfd_read) X(eventfd_write) X(posix_fadvise) X(posix_fadvise64) X(pread) X(pread64)         \
  X(__pread64_chk) X(__pread_chk) X(preadv) X(preadv2) X(preadv64) X(preadv64v2) X(pwrite)         \
  X(pwrite64) X(pwritev) X(pwritev2) X(pwritev64) X(pwritev64v2) X(read) X(__read_chk)             \
  X(readahead) X(readv) X(write) X(writev)                                                         \
  /* resolve */                                                                                    \
  X(gai_suspend) X(getaddrinfo) X(getaddrinfo_a) X(gethostbyaddr) X(gethostbyaddr_r)               \
  X(gethostbyname) X(gethostbyname2) X(gethostbyname2_r) X(gethostbyname_r) X(getnameinfo)         \
  X(res_nquery) X(res_nquerydomain) X(res_nsearch) X(res_nsend) X(res_query) X(res_querydomain)    \
  X(res_search) X(res_send)                                                                        \
  /* signal */                                                                                     \
  X(pause) X(sigaction) X(sigignore) X(siginterrupt) X(signal) X(__sigpause) X(sigset)             \
  X(sigsuspend) X(sigtimedwait) X(__sysv_signal) X(__xpg_sigpause)                                 \
  /* signal_mask */                                                                               \
  X(pthread_sigmask)                                                                              \
  /* sleep */                                                                                      \
  X(clock_nanosleep) X(nanosleep) X(thrd_sleep)                                                    \
  /* socket */                                                                                     \
  X(accept) X(accept4) X(connect) X(recv) X(__recv_chk) X(recvfrom) X(__recvfrom_chk)              \
  X(recvmmsg) X(recvmsg) X(send) X(sendmmsg) X(sendmsg) X(sendto)                                  \
  /* stdio_data */                                                                                 \
  X(_IO_getc) X(_IO_putc) X(fgetc) X(fgetc_unlocked) X(fgets) X(__fgets_chk) X(fgets_unlocked)     \
  X(__fgets_unlocked_chk) X(fputc) X(fputc_unlocked) X(fputs) X(fputs_unlocked) X(fread)           \
  X(__fread_chk) X(fread_unlocked) X(__fread_unlocked_chk) X(fwrite) X(fwrite_unlocked) X(getc)    \
  X(getc_unlocked) X(getchar) X(getchar_unlocked) X(getdelim) X(getline) X(gets) X(__gets_chk)     \
  X(getw) X(__overflow) X(putc) X(putc_unlocked) X(putchar) X(putchar_unlocked) X(puts) X(putw)    \
  X(__uflow) X(__underflow)                                                                        \
  /* stdio_format */                                                                               \
  Y(plumbline_vfscanf, "vfscanf") Y(plumbline_vscanf, "vscanf") X(vdprintf) X(__vdprintf_chk)      \
  X(vfprintf) X(__vfprintf_chk) X(__vfscanf) Y(vfscanf, "__isoc99_vfscanf") X(vprintf)             \
  X(__vprintf_chk) Y(vscanf, "__isoc99_vscanf") X(vsyslog) X(__vsyslog_chk)                        \
  /* stdio_stream */                                                                               \
  X(fclose) X(fcloseall) X(fflush) X(fflush_unlocked) X(fopen) X(fopen64) X(freopen)               \
  X(freopen64) X(fseek) X(fseeko) X(fseeko64) X(fsetpos) X(fsetpos64) X(pclose) X(popen)           \
  X(rewind) X(setbuf) X(setbuffer) X(setlinebuf) X(setvbuf) X(tmpfile) X(tmpfile64)                \
  /* stdio_wide */                                                                                 \
  X(fgetwc) X(fgetwc_unlocked) X(fgetws) X(__fgetws_chk) X(fgetws_unlocked)                        \
  X(__fgetws_unlocked_chk) X(fputwc) X(fputwc_unlocked) X(fputws) X(fputws_unlocked) X(getwc)      \
  X(getwc_unlocked) X(getwchar) X(getwchar_unlocked) Y(plumbline_vfwscanf, "vfwscanf")             \
  Y(plumbline_vwscanf, "vwscanf") X(putwc) X(putwc_unlocked) X(putwchar) X(putwchar_unlocked)      \
  X(vfwprintf) X(__vfwprintf_chk) Y(vfwscanf, "__isoc99_vfwscanf") X(vwprintf) X(__vwprintf_chk)   \
  Y(vwscanf, "__isoc99_vwscanf") X(__woverflow) X(__wuflow) X(__wunderflow)                        \
  /* sync */                                                                                       \
  X(call_once) X(cnd_timedwait) X(cnd_wait) X(pthread_barrier_destroy) X(pthread_barrier_wait)     \
  X(pthread_clockjoin_np) X(pthread_cond_clockwait) X(pthread_cond_timedwait)                      \
  X(pthread_cond_wait) X(pthread_join) X(pthread_once) X(pthread_timedjoin_np)                     \
  X(pthread_tryjoin_np) X(sem_clockwait) X(sem_timedwait) X(sem_wait) X(thrd_join)                 \
  /* syscall */                                                                                    \
  X(syscall)                                                                                       \
  /* thread */                                                                                     \
  X(pthread_create)                                                                                \
  /* vfork */                                                                                      \
  X(vfork)
// clang-format on
