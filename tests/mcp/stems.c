/* Prints the stem of each line that it reads, for which Python has no other way in. */
#include "stem.h"

#include <stdio.h>
#include <string.h>

int main(void)
{
	char word[64];

	while (scanf("%62s", word) == 1)
		printf("%.*s\n", (int)stem(word, strlen(word)), word);
	return 0;
}
