# libarchive: loaded when it is needed (lib/archive_library.h), by the name that programs link it by; or, with
# SBX_LINKED_LIBARCHIVE, linked as the other libraries are, for a build that has them all inside.
option(SBX_LINKED_LIBARCHIVE "Link libarchive and do not load it when it is needed" OFF)
if(SBX_LINKED_LIBARCHIVE)
  pkg_check_modules(ARCHIVE REQUIRED IMPORTED_TARGET libarchive>=3.6)
  set(SBX_ARCHIVE_DEFINITION SBX_LINKED_LIBARCHIVE)
  set(SBX_ARCHIVE_LINKED PkgConfig::ARCHIVE)
  return()
endif()

pkg_check_modules(ARCHIVE REQUIRED libarchive>=3.6)
find_library(SBX_ARCHIVE_FILE archive HINTS ${ARCHIVE_LIBRARY_DIRS} REQUIRED)
execute_process(COMMAND "${CMAKE_READELF}" -d "${SBX_ARCHIVE_FILE}" OUTPUT_VARIABLE dynamic COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCH "soname: \\[([^]]+)" found "${dynamic}")
if(NOT found)
  message(FATAL_ERROR "${SBX_ARCHIVE_FILE} is no shared library")
endif()
set(SBX_ARCHIVE_DEFINITION "SBX_LIBARCHIVE=\"${CMAKE_MATCH_1}\"")
