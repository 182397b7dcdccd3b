/* Preloaded into the benchmark's PostgreSQL: makes a flush of the write-ahead log take a chosen time instead of the
 * disk's own, so that runs on different disks can be compared. The time (microseconds) is read from a shared file at
 * each flush; 0 leaves the disk's. Data files (fsync) are never touched. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static volatile uint32_t *flush_us;

__attribute__((constructor)) static void map_flush_time(void)
{
    const char *path = getenv("BENCH_FLUSH_FILE");
    int file = path ? open(path, O_RDONLY) : -1;
    if (file < 0)
        return;
    void *mapped = mmap(NULL, sizeof *flush_us, PROT_READ, MAP_SHARED, file, 0);
    if (mapped != MAP_FAILED)
        flush_us = mapped;
    close(file);
}

int fdatasync(int file)
{
    if (flush_us && *flush_us) {
        struct timespec left = {*flush_us / 1000000, (long)(*flush_us % 1000000) * 1000};
        while (nanosleep(&left, &left))
            ;
        return 0;
    }
    int (*disk)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    return disk(file);
}
