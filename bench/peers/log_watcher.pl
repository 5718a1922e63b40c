#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# log_watcher - peer B: a daemon that follows the mail log and keeps the table
#
#	log_watcher.pl LOG TABLE [LIFETIME]
#
# The way of the watchers of POP-before-SMTP's time: recognise login lines by a regular
# expression, put the address into a table that stays tied, lock and sync at each change,
# remember the time of each address in memory, and once in a while delete what is over.
# Better than those in one point: they looked at the log every few seconds, this one is
# told by the kernel (tail -F uses inotify). Prints each address when the table has it,
# and "expired N" after a walk: with the first line behind a SIGUSR1. Those looked at
# the time in the same way, only when a line came.
use strict;
use warnings;
use DB_File;
use Fcntl qw(:flock O_RDWR O_CREAT);

my ($log, $table, $lifetime) = @ARGV;
$lifetime //= 15 * 60;
my $login = qr/: Login: user=<[^>]*>, .*\brip=([0-9.]+),/;
my (%record, %since, $expire);

my $db = tie(%record, 'DB_File', $table, O_RDWR | O_CREAT, 0644, $DB_HASH)
	or die "log_watcher: $table: $!\n";
open(my $lock, '+<&', $db->fd) or die "log_watcher: $!\n";
my $tail = open(my $lines, '-|', 'tail', '-n', '0', '-F', $log) or die "log_watcher: $!\n";
$SIG{USR1} = sub { $expire = 1 };
$SIG{TERM} = sub { kill 'TERM', $tail; exit 0 };
$| = 1;
print "ready\n";

sub locked {
	my ($change) = @_;
	flock($lock, LOCK_EX) or die "log_watcher: $!\n";
	$change->();
	$db->sync;
	flock($lock, LOCK_UN);
}

sub open_for {
	my ($address) = @_;
	my $known = exists $since{$address};
	$since{$address} = time;
	locked(sub { $record{$address} = 'RELAY' }) unless $known;
	print "$address\n";
}

sub end_due {
	my @due = grep { $since{$_} <= time - $lifetime } keys %since;
	locked(sub { delete @record{@due} }) if @due;
	delete @since{@due};
	print "expired ", scalar @due, "\n";
}

while (1) {
	my $line = <$lines>;
	if ($expire) {
		$expire = 0;
		end_due();
	}
	next unless defined $line;
	open_for($1) if $line =~ $login;
}
