/* A disk that fails, for the tests of this folder: a library to be preloaded, which stands between
 * the program and the calls by which it changes files in one folder.
 *
 * SHIM_FOLDER  the folder, an absolute path without links. Calls that concern other files pass.
 * SHIM_COUNT   a file that gets the number of calls at the end.
 * SHIM_AT      the number of one call, from 1 on, and
 * SHIM_DO      what happens there: `kill` ends the process as SIGKILL does, a write half done;
 *              `full` has this call and all later ones that need room fail with ENOSPC;
 *              `clock` has a thread named rayon-N fail to read the time, once, from then on. Rust's
 *              standard library panics then.
 * SHIM_DISK    a folder that keeps what a power cut would leave. `names/` has the files whose names
 *              are on the disk, each with the contents that are on the disk; `contents/` has, by
 *              inode, the contents that are on the disk of all files. Contents get there by fsync
 *              of the file, names by fsync of the folder, and neither by anything else: a disk may
 *              keep everything else back for as long as it likes.
 * SHIM_LIES    if set, fsync does nothing: to see that the tests notice.
 * SHIM_CLOCK   seconds that are added to the time of day.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
static long calls;

/* Whether a path is the folder or in it. */
static int watched(const char *path) {
    const char *folder = getenv("SHIM_FOLDER");
    size_t length = folder ? strlen(folder) : 0;
    return length && !strncmp(path, folder, length) && (!path[length] || path[length] == '/');
}

/* The path of an open file, or "". */
static void path_of(int fd, char path[4096]) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, 4095);
    path[length < 0 ? 0 : length] = 0;
}

static int watched_fd(int fd) {
    char path[4096];
    path_of(fd, path);
    return watched(path);
}

/* A path that may be relative, made absolute; the last part need not exist. */
static int watched_name(const char *name) {
    char path[8192];
    if (name[0] == '/') return watched(name);
    if (!getcwd(path, 4096)) return 0;
    strcat(path, "/");
    strncat(path, name, 4000);
    return watched(path);
}

/* Counts a call. 0: it goes on; 1: there is no room for it. `half` is done before a kill. */
static int count(int needs_room, int fd, const void *bytes, size_t length) {
    const char *at = getenv("SHIM_AT"), *what = getenv("SHIM_DO");
    long now = ++calls;
    if (!at || !what) return 0;
    if (!strcmp(what, "kill") && now == atol(at)) {
        if (bytes) syscall(SYS_write, fd, bytes, length / 2);
        kill(getpid(), SIGKILL);
        pause();
    }
    return !strcmp(what, "full") && needs_room && now >= atol(at);
}

static void copy(const char *from, const char *to) {
    int in = syscall(SYS_openat, AT_FDCWD, from, O_RDONLY, 0);
    int out = syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    char bytes[65536];
    for (ssize_t got; in >= 0 && (got = read(in, bytes, sizeof bytes)) > 0;)
        if (syscall(SYS_write, out, bytes, got) != got) abort();
    if (in >= 0) close(in);
    if (out < 0) abort();
    close(out);
}

/* `disk/part/NAME`; returns 0 where no disk is kept. */
static int kept(char path[8192], const char *part, const char *name) {
    const char *disk = getenv("SHIM_DISK");
    if (disk) snprintf(path, 8192, "%s/%s/%s", disk, part, name);
    return disk != 0;
}

static int kept_contents(char path[8192], ino_t inode) {
    char name[32];
    snprintf(name, sizeof name, "%lu", (unsigned long)inode);
    return kept(path, "contents", name);
}

/* A name is about to be gone, so its inode may be another file's soon. */
static void forget(const char *name) {
    char path[8192];
    struct stat file;
    if (!lstat(name, &file) && kept_contents(path, file.st_ino))
        syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

/* Whether a file is right in the folder, not in one of its folders. Names in those do not count:
 * they are on the disk, but whether their folder is nobody knows. */
static int is_in_folder(const char *path) {
    return strlen(getenv("SHIM_FOLDER")) == (size_t)(strrchr(path, '/') - path);
}

/* All names of the folder are on the disk now. */
static void keep_names(const char *folder) {
    char path[8192], contents[8192], file_name[8192];
    struct dirent *entry;
    struct stat file;
    if (!kept(path, "names", "")) return;
    DIR *names = opendir(path);
    while (names && (entry = readdir(names))) {
        if (entry->d_type != DT_REG || !kept(path, "names", entry->d_name)) continue;
        syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    }
    if (names) closedir(names);
    DIR *files = opendir(folder);
    while (files && (entry = readdir(files))) {
        snprintf(file_name, sizeof file_name, "%s/%s", folder, entry->d_name);
        if (lstat(file_name, &file) || !S_ISREG(file.st_mode)) continue;
        kept(path, "names", entry->d_name);
        kept_contents(contents, file.st_ino);
        copy(contents, path);
    }
    if (files) closedir(files);
}

static int sync_of(int fd, int (*real)(int)) {
    char path[4096], contents[8192], name[8192];
    struct stat file, kept_file;
    path_of(fd, path);
    if (!watched(path)) return real(fd);
    pthread_mutex_lock(&one);
    count(0, fd, 0, 0);
    if (!getenv("SHIM_LIES") && !fstat(fd, &file)) {
        if (S_ISDIR(file.st_mode)) {
            if (!strcmp(path, getenv("SHIM_FOLDER"))) keep_names(path);
        } else if (kept_contents(contents, file.st_ino)) {
            copy(path, contents);
            kept(name, "names", strrchr(path, '/') + 1);
            if (is_in_folder(path) && !lstat(name, &kept_file)) copy(contents, name);
        }
    }
    pthread_mutex_unlock(&one);
    return 0;
}

int fsync(int fd) { return sync_of(fd, REAL(fsync)); }
int fdatasync(int fd) { return sync_of(fd, REAL(fdatasync)); }

/* Runs `call` as one that is counted. */
#define COUNTED(concerned, needs_room, fd, bytes, length, call)                                    \
    if (!(concerned)) return call;                                                                 \
    pthread_mutex_lock(&one);                                                                      \
    int full = count(needs_room, fd, bytes, length);                                               \
    __typeof__(call) result = -1;                                                                  \
    if (full) errno = ENOSPC; else result = call;                                                  \
    int error = errno;                                                                             \
    pthread_mutex_unlock(&one);                                                                    \
    errno = error;                                                                                 \
    return result

ssize_t write(int fd, const void *bytes, size_t length) {
    COUNTED(watched_fd(fd), 1, fd, bytes, length, REAL(write)(fd, bytes, length));
}

ssize_t writev(int fd, const struct iovec *parts, int count_of) {
    COUNTED(watched_fd(fd), 1, fd, 0, 0, REAL(writev)(fd, parts, count_of));
}

static int open_as(const char *name, int flags, mode_t mode) {
    int changes = flags & (O_CREAT | O_TRUNC);
    COUNTED(changes && watched_name(name), flags & O_CREAT && access(name, F_OK), -1, 0, 0,
            (int)syscall(SYS_openat, AT_FDCWD, name, flags, mode));
}

#define OPEN(name)                                                                                 \
    int name(const char *path, int flags, ...) {                                                   \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;                                  \
        va_end(rest);                                                                              \
        return open_as(path, flags, mode);                                                         \
    }
OPEN(open)
OPEN(open64)

static int rename_as(const char *from, const char *to) {
    forget(to);
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}
static int unlink_as(const char *name) {
    forget(name);
    return (int)syscall(SYS_unlinkat, AT_FDCWD, name, 0);
}
int rename(const char *from, const char *to) {
    COUNTED(watched_name(to), 1, -1, 0, 0, rename_as(from, to));
}
int unlink(const char *name) { COUNTED(watched_name(name), 0, -1, 0, 0, unlink_as(name)); }
int mkdir(const char *name, mode_t mode) {
    COUNTED(watched_name(name), 1, -1, 0, 0, (int)syscall(SYS_mkdirat, AT_FDCWD, name, mode));
}
int ftruncate64(int fd, off_t length) {
    COUNTED(watched_fd(fd), 0, -1, 0, 0, (int)syscall(SYS_ftruncate, fd, length));
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    static int failed;
    const char *at = getenv("SHIM_AT"), *what = getenv("SHIM_DO");
    char name[16] = "";
    if (at && what && !strcmp(what, "clock") && clock == CLOCK_MONOTONIC && calls >= atol(at) &&
        !pthread_getname_np(pthread_self(), name, sizeof name) && !strncmp(name, "rayon-", 6) &&
        !__atomic_exchange_n(&failed, 1, __ATOMIC_RELAXED)) {
        errno = EINVAL;
        return -1;
    }
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    const char *later = getenv("SHIM_CLOCK");
    if (!result && later && clock == CLOCK_REALTIME) time->tv_sec += atol(later);
    return result;
}

__attribute__((destructor)) static void tell(void) {
    const char *file = getenv("SHIM_COUNT");
    FILE *out = file ? fopen(file, "w") : 0;
    if (out) {
        fprintf(out, "%ld\n", calls);
        fclose(out);
    }
}
