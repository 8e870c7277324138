# How the C half is made: SWIG's wrapper, once, and a module of it for each Lua. Included by the build of the whole tree and by that
# of a rock.
find_program(SWIG_EXECUTABLE swig)
if(NOT SWIG_EXECUTABLE)
  message(FATAL_ERROR "the Lua module is made with SWIG, which is not installed (the program swig, 4.1 or later)")
endif()

set(SBX_LUA_FOLDER "${CMAKE_CURRENT_LIST_DIR}")
set(SBX_LUA_WRAPPER "${CMAKE_CURRENT_BINARY_DIR}/core.c")
file(GLOB SBX_LUA_SOURCES CONFIGURE_DEPENDS "${SBX_LUA_FOLDER}/native/*.c")

# Makes SWIG's wrapper from the public headers in a folder.
function(sbx_add_lua_wrapper headers)
  add_custom_command(OUTPUT "${SBX_LUA_WRAPPER}"
    COMMAND "${SWIG_EXECUTABLE}" -lua -nomoduleglobal -Wall -Werror -MD -MF "${SBX_LUA_WRAPPER}.d" "-I${headers}"
            "-I${SBX_LUA_FOLDER}/.." -o "${SBX_LUA_WRAPPER}" "${SBX_LUA_FOLDER}/native/core.i"
    DEPENDS "${SBX_LUA_FOLDER}/native/core.i"
    DEPFILE "${SBX_LUA_WRAPPER}.d"
    VERBATIM)
  add_custom_target(sandbox_sdk_lua_wrapper DEPENDS "${SBX_LUA_WRAPPER}")
  # SWIG's own code has parameters and variables that it does not use, and functions without a declaration before them.
  set_source_files_properties("${SBX_LUA_WRAPPER}" PROPERTIES COMPILE_OPTIONS
    "-Wno-unused-parameter;-Wno-unused-but-set-variable;-Wno-missing-prototypes;-Wno-strict-prototypes;-Wno-shadow;-Wno-pedantic")
endfunction()

# A module for the Lua whose headers are in these folders.
function(sbx_add_lua_module target include_directories)
  add_library(${target} MODULE "${SBX_LUA_WRAPPER}" ${SBX_LUA_SOURCES})
  add_dependencies(${target} sandbox_sdk_lua_wrapper)
  target_include_directories(${target} PRIVATE "${SBX_LUA_FOLDER}/native")
  target_include_directories(${target} SYSTEM PRIVATE ${include_directories})
  # LuaJIT unloads modules before it has run the last finalizers.
  target_link_options(${target} PRIVATE "LINKER:-z,nodelete")
  set_target_properties(${target} PROPERTIES OUTPUT_NAME core PREFIX "" C_VISIBILITY_PRESET hidden)
endfunction()
