# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# Finds a JDK 25 without starting one: a JDK's `release` file names its version. Sourced by the launcher,
# by ./warren and by ./dev; POSIX sh, because the launcher runs in front of every command.

# Sets jdk_home to a Java 25 home and succeeds, or fails. The argument is what is needed: `java` or `jdk`, which has a compiler too.
find_jdk() {
    for jdk_home in "${WARREN_JAVA_HOME:-}" "${JAVA_HOME:-}" \
        /usr/lib/jvm/*25* /opt/*jdk*25* /opt/java/* "${HOME:-/root}"/.sdkman/candidates/java/25* \
        "${HOME:-/root}"/.jdks/*25*; do
        is_jdk_25 "$jdk_home" "$1" && return 0
    done
    jdk_home=$(command -v java) && jdk_home=$(readlink -f "$jdk_home") && jdk_home=${jdk_home%/bin/java} &&
        is_jdk_25 "$jdk_home" "$1"
}

# The same, or says what to install and ends the script.
require_jdk() {
    find_jdk "$1" || {
        explain_missing_jdk
        exit 1
    }
}

is_jdk_25() {
    [ -n "$1" ] && [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 1
    [ "$2" != jdk ] || [ -x "$1/bin/javac" ] || return 1
    while IFS= read -r release_line; do
        case $release_line in
            JAVA_VERSION=\"25\"* | JAVA_VERSION=\"25[.+-]*) return 0 ;;
        esac
    done <"$1/release"
    return 1
}

# What to type where no JDK 25 was found, for the suite that /etc/os-release names.
explain_missing_jdk() {
    cat >&2 <<'TEXT'
warren: no JDK 25 found (looked at JAVA_HOME, /usr/lib/jvm/*25*, /opt, ~/.sdkman, ~/.jdks and PATH). One of these helps:
  Debian 13 or newer:  apt-get install openjdk-25-jdk-headless
  Debian 12, Ubuntu:   add Eclipse Temurin's repository, then: apt-get install temurin-25-jdk
                       (https://adoptium.net/installation/linux)
  any Linux:           unpack a JDK 25 from https://adoptium.net/temurin/releases/?version=25 and set JAVA_HOME to it
TEXT
}
