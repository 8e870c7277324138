#include "archive_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "error.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static bool loaded;
static sbx__archive_library functions;

#ifdef SBX_LINKED_LIBARCHIVE

#define TAKE(name) functions.name = name;

static bool load(void)
{
	SBX__ARCHIVE_FUNCTIONS(TAKE)
	return true;
}

#else

/* ISO C has no conversion between pointers to objects and to functions; POSIX says that they are alike. */
static bool take(void *library, const char *name, void *function)
{
	void *symbol = dlsym(library, name);
	memcpy(function, &symbol, sizeof symbol);
	return symbol != NULL;
}

#define TAKE(name) &&take(library, #name, &functions.name)

/* What failed is tried again the next time: it may have been memory. */
static bool load(void)
{
	void *library = dlopen(SBX_LIBARCHIVE, RTLD_NOW | RTLD_LOCAL);
	return library != NULL SBX__ARCHIVE_FUNCTIONS(TAKE);
}

#endif

sbx_status sbx__archive_load(const sbx__archive_library **library, sbx_error **error)
{
	sbx_status status = SBX_OK;
	pthread_mutex_lock(&mutex);
	if (!loaded)
		loaded = load();
	if (!loaded) {
		const char *reason = dlerror();
		status = sbx__fail(error, SBX_ERROR_ARCHIVE, "Directories need libarchive, which cannot be used: %s",
		                   reason ? reason : "it is not the one that was built with");
	}
	pthread_mutex_unlock(&mutex);
	*library = &functions;
	return status;
}
