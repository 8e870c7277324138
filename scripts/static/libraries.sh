# The libraries that the wheel has inside, as static ones for an old glibc: one function builds each from "$sources/NAME", in the
# folder that it is called in, and installs it in "$libraries". Sourced by scripts/wheel, which sets both, and the compiler.
# shellcheck shell=bash disable=SC2154

static_libraries=(zlib nghttp2 openssl curl json-c libarchive libmicrohttpd libseccomp sqlite3)

# by_cmake NAME OPTION…: nothing of the machine's own libraries is found, only what is in "$libraries" already.
by_cmake() {
	local name=$1
	shift
	cmake -G Ninja -S "$sources/$name" -B . -DCMAKE_TOOLCHAIN_FILE="$toolchain" -DCMAKE_BUILD_TYPE=None \
		-DCMAKE_INSTALL_PREFIX="$libraries" -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_FIND_ROOT_PATH="$libraries" \
		-DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY -DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY \
		-DCMAKE_FIND_ROOT_PATH_MODE_PACKAGE=ONLY -DCMAKE_POLICY_VERSION_MINIMUM=3.5 -DBUILD_SHARED_LIBS=OFF \
		-DBUILD_TESTING=OFF "$@" &&
		cmake --build . && cmake --install .
}

build_zlib() {
	"$sources/zlib/configure" --static --prefix="$libraries" && make -j"$(nproc)" libz.a && make install
}

build_nghttp2() {
	by_cmake nghttp2 -DENABLE_LIB_ONLY=ON -DBUILD_STATIC_LIBS=ON -DENABLE_DOC=OFF
}

# What TLS 1.2 and 1.3, certificates and keys in PEM files need, and nothing else. No file of the system configures it: that is
# written for another OpenSSL, with modules that this one does not load. Where it is installed and how it was compiled stays
# readable in it, so there is no path of this machine in either.
build_openssl() {
	local CFLAGS=${CFLAGS% -ffile-prefix-map=*}
	local without=(shared apps tests docs module legacy engine dso autoload-config ui-console deprecated
		cmp cms comp ct dtls http psk quic rfc3779 srp srtp ssl3 tls1 tls1_1 ts
		aria bf blake2 camellia cast dsa ec2m gost idea md4 mdc2 ml-dsa ocb rc2 rc4 rmd160 scrypt seed siphash slh-dsa
		sm2 sm3 sm4 whirlpool)
	perl "$sources/openssl/Configure" linux-x86_64 --prefix=/usr --libdir=lib --openssldir=/etc/ssl "${without[@]/#/no-}" &&
		make -j"$(nproc)" build_libs && make install_dev DESTDIR="$PWD/installed" &&
		cp -r installed/usr/include installed/usr/lib "$libraries/" &&
		sed -i "s|^prefix=.*|prefix=$libraries|" "$libraries"/lib/pkgconfig/{libcrypto,libssl,openssl}.pc
}

# No place of authorities is built in: which one a machine has is looked for when it runs (lib/authorities.h).
build_curl() {
	local without=(ALTSVC AWS BEARER_AUTH DIGEST_AUTH DOH GETOPTIONS HSTS IPFS KERBEROS_AUTH LIBCURL_OPTION MIME
		NEGOTIATE_AUTH NETRC NTLM OPENSSL_AUTO_LOAD_CONFIG SRP WEBSOCKETS)
	without=("${without[@]/#/-DCURL_DISABLE_}")
	by_cmake curl -DHTTP_ONLY=ON -DCURL_USE_OPENSSL=ON -DUSE_NGHTTP2=ON -DCURL_ZLIB=ON -DENABLE_UNIX_SOCKETS=ON \
		-DENABLE_THREADED_RESOLVER=ON -DCURL_CA_BUNDLE=none -DCURL_CA_PATH=none -DCURL_USE_PKGCONFIG=ON \
		-DBUILD_CURL_EXE=OFF -DBUILD_LIBCURL_DOCS=OFF -DBUILD_MISC_DOCS=OFF -DENABLE_CURL_MANUAL=OFF \
		-DCURL_BROTLI=OFF -DCURL_ZSTD=OFF -DCURL_USE_LIBPSL=OFF -DCURL_USE_LIBSSH2=OFF -DUSE_LIBIDN2=OFF \
		"${without[@]/%/=ON}"
}

build_json_c() {
	by_cmake json-c -DBUILD_STATIC_LIBS=ON -DBUILD_APPS=OFF -DDISABLE_WERROR=ON -DDISABLE_EXTRA_LIBS=ON
}

# Only tar, and nothing compressed: that is what directories are moved as.
build_libarchive() {
	local without=(ACL BZip2 CAT CNG CPIO EXPAT LIBB2 LIBXML2 LZ4 LZMA LZO OPENSSL PCRE2POSIX PCREPOSIX TAR TEST UNZIP XATTR
		ZLIB ZSTD)
	without=("${without[@]/#/-DENABLE_}")
	by_cmake libarchive "${without[@]/%/=OFF}"
}

build_libmicrohttpd() {
	"$sources/libmicrohttpd/configure" --prefix="$libraries" --libdir="$libraries/lib" --disable-shared --enable-static \
		--disable-dependency-tracking --disable-doc --disable-examples --disable-tools --disable-curl --disable-https \
		--disable-bauth --disable-dauth --disable-httpupgrade --disable-postprocessor &&
		make -j"$(nproc)" -C src/microhttpd libmicrohttpd.la && make -C src/include install &&
		make -C src/microhttpd install-libLTLIBRARIES && make install-pkgconfigDATA
}

# What gperf would make is in the package already, and has to be newer than what it is made from.
build_libseccomp() {
	touch "$sources/libseccomp/src/syscalls.perf" && touch "$sources/libseccomp/src/syscalls.perf.c" &&
		GPERF=: "$sources/libseccomp/configure" --prefix="$libraries" --libdir="$libraries/lib" --disable-shared \
			--enable-static --disable-dependency-tracking --disable-python &&
		make -j"$(nproc)" -C src libseccomp.la && make -C include install && make -C src install-libLTLIBRARIES &&
		make install-pkgconfDATA
}

# Debian has it in its many files; the one file that they make is put together here by tclsh.
build_sqlite3() {
	CC=cc CFLAGS=-O1 AR=ar RANLIB=ranlib "$sources/sqlite3/configure" --disable-tcl --disable-readline --disable-shared &&
		make sqlite3.c &&
		"$CC" $CFLAGS -DSQLITE_THREADSAFE=1 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_DQS=0 -DSQLITE_DEFAULT_MEMSTATUS=0 \
			-c sqlite3.c -o sqlite3.o &&
		rm -f "$libraries/lib/libsqlite3.a" && "$AR" rcs "$libraries/lib/libsqlite3.a" sqlite3.o &&
		cp sqlite3.h "$libraries/include/" &&
		printf '%s\n' 'Name: SQLite' 'Description: SQL database engine' "Version: $(cat "$sources/sqlite3/VERSION")" \
			"Libs: -L$libraries/lib -lsqlite3" 'Libs.private: -lm -lpthread' "Cflags: -I$libraries/include" \
			>"$libraries/lib/pkgconfig/sqlite3.pc"
}

# licences NAME: the file with a library's own terms.
licences() {
	case $1 in
	curl | json-c | libarchive | libmicrohttpd | nghttp2) echo "$sources/$1/COPYING" ;;
	openssl) echo "$sources/$1/LICENSE.txt" ;;
	sqlite3) echo "$sources/$1/LICENSE.md" ;;
	libseccomp | zlib) echo "$sources/$1/LICENSE" ;;
	esac
}
