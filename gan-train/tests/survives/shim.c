/* A disk that fails, for the tests of this folder: a library to be preloaded, which stands between
 * the program and the calls by which it changes files in one folder.
 *
 * SHIM_FOLDER  the folder, an absolute path without links. Calls that concern other files pass.
 * SHIM_COUNT   a file that gets the number of calls at the end.
 * SHIM_AT      the number of one call, from 1 on, and
 * SHIM_DO      what happens there: `kill` ends the process as SIGKILL does, a write half done;
 *              `full` has this call and all later ones that need room fail with ENOSPC;
 *              `readonly` has this call and all later ones fail with EROFS;
 *              `interrupt` sends the process SIGINT, as Ctrl-C does, and the call goes on;
 *              `vanish` gives the folder another name, FOLDER.gone, before this call;
 *              `clock` has a thread named rayon-N fail to read the time, once, from then on. Rust's
 *              standard library panics then.
 * SHIM_DISK    a folder that keeps what a power cut would leave. `names/root/` has the files of the
 *              folder whose names are on the disk, each with the contents that are on the disk, and
 *              `names/INODE/` those of a folder in it; `folders/NAME`, a link, says which of them
 *              has its own name on the disk. `contents/` has, by inode, the contents that are on
 *              the disk of all files. Contents get there by fsync of the file, names by fsync of
 *              the folder, and neither by anything else: a disk may keep everything else back for
 *              as long as it likes.
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

/* Counts a call. 0: it goes on, else the error that it ends with. Half of `bytes` is written before
 * a kill. */
static int count(int needs_room, int fd, const void *bytes, size_t length) {
    const char *at = getenv("SHIM_AT"), *what = getenv("SHIM_DO");
    long now = ++calls;
    if (!at || !what) return 0;
    if (!strcmp(what, "kill") && now == atol(at)) {
        if (bytes) syscall(SYS_write, fd, bytes, length / 2);
        kill(getpid(), SIGKILL);
        pause();
    }
    if (!strcmp(what, "interrupt") && now == atol(at)) kill(getpid(), SIGINT);
    if (!strcmp(what, "vanish") && now == atol(at)) {
        char gone[4096];
        snprintf(gone, sizeof gone, "%s.gone", getenv("SHIM_FOLDER"));
        syscall(SYS_renameat2, AT_FDCWD, getenv("SHIM_FOLDER"), AT_FDCWD, gone, 0);
    }
    if (!strcmp(what, "readonly") && now >= atol(at)) return EROFS;
    return !strcmp(what, "full") && needs_room && now >= atol(at) ? ENOSPC : 0;
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

/* Where the names of a folder are kept: `names/root` for the folder itself, `names/INODE` for one
 * in it. Returns 0 where no disk is kept. */
static int kept_names(char path[8192], const char *folder) {
    char key[40] = "root";
    struct stat file;
    if (strcmp(folder, getenv("SHIM_FOLDER")) && !stat(folder, &file))
        snprintf(key, sizeof key, "%lu", (unsigned long)file.st_ino);
    if (!kept(path, "names", key)) return 0;
    syscall(SYS_mkdirat, AT_FDCWD, path, 0755);
    return 1;
}

/* Removes all files and links of a folder. */
static void clear(const char *folder) {
    char path[8500];
    struct dirent *entry;
    DIR *entries = opendir(folder);
    while (entries && (entry = readdir(entries))) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_type != DT_DIR) syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    }
    if (entries) closedir(entries);
}

/* All names in a folder are on the disk now. */
static void keep_names(const char *folder) {
    char names[8192], folders[8192], path[8500], contents[8192], name[8192], inode[32];
    struct dirent *entry;
    struct stat file;
    if (!kept_names(names, folder)) return;
    int is_root = !strcmp(folder, getenv("SHIM_FOLDER"));
    clear(names);
    if (is_root && kept(folders, "folders", "")) clear(folders);
    DIR *entries = opendir(folder);
    while (entries && (entry = readdir(entries))) {
        snprintf(name, sizeof name, "%s/%s", folder, entry->d_name);
        if (lstat(name, &file)) continue;
        if (S_ISREG(file.st_mode)) {
            snprintf(path, sizeof path, "%s/%s", names, entry->d_name);
            kept_contents(contents, file.st_ino);
            copy(contents, path);
        } else if (is_root && S_ISDIR(file.st_mode) && strcmp(entry->d_name, ".") &&
                   strcmp(entry->d_name, "..")) {
            kept(path, "folders", entry->d_name);
            snprintf(inode, sizeof inode, "%lu", (unsigned long)file.st_ino);
            syscall(SYS_symlinkat, inode, AT_FDCWD, path);
        }
    }
    if (entries) closedir(entries);
}

static int sync_of(int fd, int (*real)(int)) {
    char path[4096], contents[8192], name[8192];
    struct stat file, kept_file;
    path_of(fd, path);
    if (!watched(path)) return real(fd);
    pthread_mutex_lock(&one);
    int error = count(0, fd, 0, 0);
    if (!error && !getenv("SHIM_LIES") && !fstat(fd, &file)) {
        if (S_ISDIR(file.st_mode)) {
            keep_names(path);
        } else if (kept_contents(contents, file.st_ino)) {
            char *base = strrchr(path, '/');
            copy(path, contents);
            *base = 0;
            kept_names(name, path);
            *base = '/';
            strncat(name, base, sizeof name - strlen(name) - 1);
            if (!lstat(name, &kept_file)) copy(contents, name);
        }
    }
    pthread_mutex_unlock(&one);
    errno = error;
    return error ? -1 : 0;
}

int fsync(int fd) { return sync_of(fd, REAL(fsync)); }
int fdatasync(int fd) { return sync_of(fd, REAL(fdatasync)); }

/* Runs `call` as one that is counted. */
#define COUNTED(concerned, needs_room, fd, bytes, length, call)                                    \
    if (!(concerned)) return call;                                                                 \
    pthread_mutex_lock(&one);                                                                      \
    int refused = count(needs_room, fd, bytes, length);                                            \
    __typeof__(call) result = -1;                                                                  \
    if (refused) errno = refused; else result = call;                                              \
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
static int mkdir_as(const char *name, mode_t mode) {
    char names[8192];
    int result = (int)syscall(SYS_mkdirat, AT_FDCWD, name, mode);
    /* Its inode may have been another folder's. */
    if (!result && kept_names(names, name)) clear(names);
    return result;
}
int mkdir(const char *name, mode_t mode) {
    COUNTED(watched_name(name), 1, -1, 0, 0, mkdir_as(name, mode));
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
