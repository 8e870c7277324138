# The compiler of scripts/wheel, which sets CC and the others, for CMake.
set(CMAKE_C_COMPILER "$ENV{CC}")
set(CMAKE_AR "$ENV{AR}" CACHE FILEPATH "The archiver")
set(CMAKE_RANLIB "$ENV{RANLIB}" CACHE FILEPATH "The archive's indexer")
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXE_LINKER_FLAGS_INIT "-pie")
