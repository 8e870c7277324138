# The json-c that the library stands on: the system's, or with SBX_BUNDLED_JSON_C the newer one that `scripts/setup --json-c`
# has fetched. That one becomes part of the library, with its symbols hidden, and nobody else sees it.
option(SBX_BUNDLED_JSON_C "Build json-c 0.18 into the library (scripts/setup --json-c fetches it)" OFF)

if(NOT SBX_BUNDLED_JSON_C)
  pkg_check_modules(JSON_C REQUIRED IMPORTED_TARGET json-c>=0.16)
  set(SBX_JSON_C_LINKED PkgConfig::JSON_C)
  set(SBX_JSON_C_PC "-ljson-c")
  set(SBX_JSON_C_CONFIG "pkg_check_modules(JSON_C REQUIRED IMPORTED_TARGET json-c>=0.16)")
  add_library(sbx_json_c ALIAS PkgConfig::JSON_C)
  return()
endif()

set(SBX_JSON_C_SOURCE "${PROJECT_SOURCE_DIR}/build/downloads/json-c" CACHE PATH "The unpacked source of json-c")
if(NOT EXISTS "${SBX_JSON_C_SOURCE}/json_tokener.c")
  message(FATAL_ERROR "SBX_BUNDLED_JSON_C is on, and ${SBX_JSON_C_SOURCE} has no json-c; run scripts/setup --json-c")
endif()

# A function, so that what is set for json-c holds for nothing else.
function(sbx_add_json_c)
  set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)
  set(CMAKE_WARN_DEPRECATED OFF)
  set(CMAKE_C_EXTENSIONS ON)
  set(BUILD_SHARED_LIBS OFF)
  set(BUILD_TESTING OFF)
  set(BUILD_APPS OFF)
  set(DISABLE_WERROR ON)
  set(DISABLE_EXTRA_LIBS ON)
  set(CMAKE_MESSAGE_LOG_LEVEL WARNING)
  # Both folders are called json-c, as its headers' is where it is installed.
  add_subdirectory("${SBX_JSON_C_SOURCE}" "${PROJECT_BINARY_DIR}/bundled/json-c" EXCLUDE_FROM_ALL)
  if(SBX_SANITIZE)
    target_compile_options(json-c PRIVATE -fsanitize=${SBX_SANITIZE} -fno-omit-frame-pointer)
  endif()
endfunction()
sbx_add_json_c()

add_library(sbx_json_c INTERFACE)
target_include_directories(sbx_json_c SYSTEM INTERFACE
  "${SBX_JSON_C_SOURCE}/.." "${SBX_JSON_C_SOURCE}" "${PROJECT_BINARY_DIR}/bundled" "${PROJECT_BINARY_DIR}/bundled/json-c")
set(SBX_JSON_C_OBJECTS $<TARGET_OBJECTS:json-c>)
set(SBX_JSON_C_LINKED m)
set(SBX_JSON_C_PC "-lm")
set(SBX_JSON_C_CONFIG "")
