/* Where the authorities are that a client trusts which was given none. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "authorities.h"
#include "files.h"
#include "support.h"

static void make_file(test_folder *root, const char *name, const char *content)
{
	char *path = strdup(folder_file(root, name));
	assert_non_null(path);
	for (char *slash = strchr(path + strlen(root->path) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	file_write(path, content, strlen(content));
	free(path);
}

static void assert_found(test_folder *root, const char *name)
{
	sbx__authorities found;
	assert_true(sbx__authorities_from_system(&found, root->path));
	assert_string_equal(found.file, folder_file(root, name));
	assert_null(found.directory);
	sbx__authorities_free(&found);
	assert_null(found.file);
}

/* One more usual place after the other is there, and then wins. */
static void the_most_usual_place_that_has_some(void **state)
{
	static const char *const places[] = {
	        "etc/ssl/cert.pem",
	        "var/lib/ca-certificates/ca-bundle.pem",
	        "etc/ssl/ca-bundle.pem",
	        "etc/pki/tls/certs/ca-bundle.crt",
	        "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	        "etc/ssl/certs/ca-certificates.crt",
	};
	test_folder root;
	(void)state;
	folder_make(&root);
	for (size_t index = 0; index < sizeof places / sizeof places[0]; index++) {
		make_file(&root, places[index], "authorities");
		assert_found(&root, places[index]);
	}
	folder_remove(&root);
}

static void what_is_empty_or_no_file_is_passed_over(void **state)
{
	test_folder root;
	(void)state;
	folder_make(&root);
	make_file(&root, "etc/ssl/certs/ca-certificates.crt", "");
	make_file(&root, "etc/ssl/ca-bundle.pem/in-a-folder", "authorities");
	make_file(&root, "etc/ssl/cert.pem", "authorities");
	assert_found(&root, "etc/ssl/cert.pem");
	folder_remove(&root);
}

static void where_there_is_none_the_most_usual_is_named(void **state)
{
	test_folder root;
	(void)state;
	folder_make(&root);
	assert_found(&root, "etc/ssl/certs/ca-certificates.crt");
	folder_remove(&root);
}

static void assert_environment(const char *file, const char *directory)
{
	sbx__authorities found;
	assert_true(sbx__authorities_from_environment(&found));
	assert_true(file ? found.file && strcmp(found.file, file) == 0 : !found.file);
	assert_true(directory ? found.directory && strcmp(found.directory, directory) == 0 : !found.directory);
	sbx__authorities_free(&found);
}

static void the_environment_names_a_file_a_directory_or_both(void **state)
{
	(void)state;
	unsetenv("SSL_CERT_FILE");
	unsetenv("SSL_CERT_DIR");
	assert_environment(NULL, NULL);
	setenv("SSL_CERT_FILE", "/a", 1);
	assert_environment("/a", NULL);
	setenv("SSL_CERT_DIR", "/b", 1);
	assert_environment("/a", "/b");
	setenv("SSL_CERT_FILE", "", 1);
	assert_environment(NULL, "/b");
	setenv("SSL_CERT_DIR", "", 1);
	assert_environment(NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_most_usual_place_that_has_some),
	        cmocka_unit_test(what_is_empty_or_no_file_is_passed_over),
	        cmocka_unit_test(where_there_is_none_the_most_usual_is_named),
	        cmocka_unit_test(the_environment_names_a_file_a_directory_or_both),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
