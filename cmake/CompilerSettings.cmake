# The language level, warnings and sanitizers that every target of the project is compiled with.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_library(sbx_compiler_settings INTERFACE)
target_compile_definitions(sbx_compiler_settings INTERFACE _GNU_SOURCE)
target_compile_options(sbx_compiler_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wwrite-strings
  # A function that the limited API of Python does not have is no warning: it would be called in a guessed way.
  -Werror=implicit-function-declaration
  -fstack-protector-strong $<$<CONFIG:Release,RelWithDebInfo>:-D_FORTIFY_SOURCE=2>)
option(SBX_WARNINGS_AS_ERRORS "Fail the build on a warning" OFF)
if(SBX_WARNINGS_AS_ERRORS)
  target_compile_options(sbx_compiler_settings INTERFACE -Werror)
endif()

if(SBX_SANITIZE)
  target_compile_options(sbx_compiler_settings INTERFACE
    -fsanitize=${SBX_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(sbx_compiler_settings INTERFACE -fsanitize=${SBX_SANITIZE})
endif()

if(SBX_FUZZ)
  target_compile_options(sbx_compiler_settings INTERFACE -fsanitize=fuzzer-no-link)
endif()
