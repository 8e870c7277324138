std = "lua51+lua52+lua53+lua54+luajit"
max_line_length = 120
files["tests"] = { std = "+busted" }
files["**/*_spec.lua"] = { std = "+busted" }
