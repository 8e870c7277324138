# Reads abi/symbols.txt and writes a table of calls, one for each exported function that takes a pointer: every argument
# is NULL or 0, but for the last one where that is the error, and for what receives a result where that is asked for.
BEGIN {
	FS = "\t"
	print "/* Made of abi/symbols.txt by null_calls.awk. */"
	print "#include \"null_calls.h\"\n"
}

$1 == "soname" { next }

{
	match($2, /sbx_[a-z0-9_]+ \(/)
	type = substr($2, 1, RSTART - 1)
	name = substr($2, RSTART, RLENGTH - 2)
	count = split(substr($2, RSTART + RLENGTH, length($2) - RSTART - RLENGTH), arguments, ", ")
	given = ""
	pointers = 0
	for (index_ = 1; index_ <= count; index_++) {
		argument = arguments[index_]
		sub(/^ +/, "", argument)
		pointers += argument ~ /\*/
		if (argument == "sbx_error **" && index_ == count)
			value = "error"
		else if (argument ~ /^(const )?[a-z0-9_]+ \*\*$|^(size_t|int) \*$/)
			value = "(" argument ")output"
		else if (argument ~ /\*|_callback/)
			value = "NULL"
		else
			value = "(" argument ")0"
		given = given (index_ > 1 ? ", " : "") value
	}
	if (!pointers)
		next
	has_error = arguments[count] == "sbx_error **"
	returns_status = type == "sbx_status "
	printf "static sbx_status call_%s(void *output, sbx_error **error)\n{\n\t(void)output, (void)error;\n", name
	if (returns_status)
		printf "\treturn %s(%s);\n}\n\n", name, given
	else
		printf "\t(void)%s(%s);\n\treturn SBX_OK;\n}\n\n", name, given
	table = table sprintf("\t{\"%s\", %d, %d, call_%s},\n", name, returns_status, has_error, name)
}

END { printf "const null_call null_calls[] = {\n%s};\n\nconst size_t null_calls_count = sizeof(null_calls) / sizeof(null_calls[0]);\n", table }
