#include "timestamp.h"

#include <stdint.h>

/* Reads so many digits; negative: there are not that many. */
static int digits(const char **at, int count)
{
	int number = 0;
	for (; count > 0; count--, (*at)++) {
		if (**at < '0' || **at > '9')
			return -1;
		number = number * 10 + (**at - '0');
	}
	return number;
}

static bool is_one_of(const char **at, const char *characters)
{
	for (; *characters; characters++)
		if (**at == *characters) {
			(*at)++;
			return true;
		}
	return false;
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days since 1970 of the Gregorian calendar. */
static int64_t days_since_1970(int year, int month, int day)
{
	int64_t before = (int64_t)year - 1;
	int64_t days = before * 365 + before / 4 - before / 100 + before / 400;
	for (int past = 1; past < month; past++)
		days += days_in(year, past);
	return days + day - 1 - 719162;
}

static bool read_date(const char **at, int64_t *days)
{
	int year = digits(at, 4);
	bool dash = is_one_of(at, "-");
	int month = dash ? digits(at, 2) : -1;
	dash = dash && is_one_of(at, "-");
	int day = dash ? digits(at, 2) : -1;
	if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in(year, month))
		return false;
	*days = days_since_1970(year, month, day);
	return true;
}

static double read_fraction(const char **at)
{
	double fraction = 0;
	double unit = 0.1;
	for (; **at >= '0' && **at <= '9'; (*at)++, unit /= 10)
		fraction += (**at - '0') * unit;
	return fraction;
}

static bool read_time(const char **at, double *seconds)
{
	int hour = digits(at, 2);
	bool colon = is_one_of(at, ":");
	int minute = colon ? digits(at, 2) : -1;
	colon = colon && is_one_of(at, ":");
	int second = colon ? digits(at, 2) : -1;
	/* 60 is a leap second. */
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
		return false;
	*seconds = hour * 3600.0 + minute * 60.0 + second;
	if (!is_one_of(at, "."))
		return true;
	if (**at < '0' || **at > '9')
		return false;
	*seconds += read_fraction(at);
	return true;
}

/* How far local time is ahead. */
static bool read_offset(const char **at, double *seconds)
{
	*seconds = 0;
	if (is_one_of(at, "Zz"))
		return true;
	double sign = **at == '-' ? -1 : 1;
	if (!is_one_of(at, "+-"))
		return false;
	int hour = digits(at, 2);
	bool colon = hour >= 0 && is_one_of(at, ":");
	int minute = colon ? digits(at, 2) : -1;
	if (hour > 23 || minute < 0 || minute > 59)
		return false;
	*seconds = sign * (hour * 3600.0 + minute * 60.0);
	return true;
}

bool sbx__timestamp_parse(const char *text, double *seconds)
{
	int64_t days;
	double time, offset;
	const char *at = text;
	if (!read_date(&at, &days) || !is_one_of(&at, "Tt ") || !read_time(&at, &time) || !read_offset(&at, &offset) ||
	    *at)
		return false;
	*seconds = (double)days * 86400 + time - offset;
	return true;
}
