# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What ./warren and ./dev share: the JDK, Debian packages, and the build. Sourced, with `root` set to the checkout.

root=${root:?set by the script that sources this}

# shellcheck source=packaging/jdk.sh
. "$root/packaging/jdk.sh"

say() { printf 'warren: %s\n' "$*" >&2; }
die() {
    say "$@"
    exit 1
}

# The Debian package that brings a command.
package_of() {
    case $1 in
        mvn) echo maven ;;
        ip) echo iproute2 ;;
        ping) echo iputils-ping ;;
        wg | wg-quick) echo wireguard-tools ;;
        nft) echo nftables ;;
        ps | sysctl) echo procps ;;
        nsenter | unshare | setpriv | mount | flock) echo util-linux ;;
        *) echo "$1" ;; # tcpdump, iperf3, wireguard-go: the command's own name
    esac
}

# need_commands COMMAND...: as root installs the packages of those that are missing; otherwise says which.
need_commands() {
    local command package missing=()
    for command; do
        command -v "$command" >/dev/null && continue
        package=$(package_of "$command")
        [[ " ${missing[*]} " == *" $package "* ]] || missing+=("$package")
    done
    ((${#missing[@]} == 0)) || install_packages "${missing[@]}"
}

# want_library NAME PACKAGE: as root installs the package of a shared library that is missing, where Debian offers it;
# the library is for x86 alone, and never more than a help.
want_library() {
    [[ $(uname -m) == x86_64 ]] || return 0
    ldconfig -p 2>/dev/null | grep -q "$1" && return 0
    if ((EUID == 0)) && apt_offers "$2"; then
        (install_packages "$2") || true
    fi
}

install_packages() {
    if ((EUID != 0)) || ! command -v apt-get >/dev/null; then
        die "missing: $*. As root: apt-get install $*"
    fi
    local log="$root/target/setup.log"
    mkdir -p "$root/target"
    say "installing $*"
    apt_install "$log" "$@" || { apt-get update >>"$log" 2>&1 && apt_install "$log" "$@"; } ||
        die "apt-get could not install $*; its words are in $log"
}

apt_install() {
    local log=$1
    shift
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >>"$log" 2>&1 </dev/null
}

# Sets and exports JAVA_HOME to a JDK 25, installing one where Debian has it and we are root.
need_jdk() {
    if ! find_jdk jdk; then
        local package
        for package in openjdk-25-jdk-headless temurin-25-jdk; do
            ((EUID == 0)) && apt_offers "$package" && install_packages "$package" && break
        done
        require_jdk jdk
    fi
    export JAVA_HOME=$jdk_home
}

apt_offers() {
    command -v apt-cache >/dev/null || return 1
    [[ $(apt-cache policy "$1" 2>/dev/null) == *"Candidate: "[0-9]* ]] && return 0
    # An image's package lists are often removed: look once more with fresh ones.
    [[ -z $(find /var/lib/apt/lists -name '*_Packages*' -print -quit 2>/dev/null) ]] &&
        apt-get update >/dev/null 2>&1 &&
        [[ $(apt-cache policy "$1" 2>/dev/null) == *"Candidate: "[0-9]* ]]
}

# Succeeds when something that the product is made of changed after the last good build. Directories count too:
# a removed file changes its directory.
is_stale() {
    [[ -e $root/target/built && -x $root/cli/target/dist/bin/warren ]] || return 0
    [[ -n $(find "$root"/pom.xml "$root"/.mvn "$root"/packaging "$root"/*/pom.xml "$root"/*/src/main \
        -newer "$root/target/built" -print -quit 2>/dev/null) ]]
}

# Builds the product unless it is up to date. Of several that start at once one builds and the others wait.
build_if_stale() {
    is_stale || return 0
    if [[ ! -w $root ]]; then
        [[ -x $root/cli/target/dist/bin/warren ]] || die "$root is not writable and not built: run ./warren there as its owner"
        return 0
    fi
    mkdir -p "$root/target"
    need_commands flock
    exec 9>"$root/target/build.lock"
    flock 9
    is_stale && build_product
    exec 9>&-
}

# What changes while a build runs is newer than its stamp.
begin_build() {
    mkdir -p "$root/target"
    touch "$root/target/built.new"
}

end_build() { mv "$root/target/built.new" "$root/target/built"; }

build_product() {
    local log="$root/target/build.log" started=$SECONDS
    need_jdk
    need_commands mvn
    say "building; the first time this fetches libraries and takes a minute or two ($log)"
    begin_build
    (cd "$root" && exec mvn -B -pl cli -am package -Dmaven.test.skip=true -Dspotless.check.skip=true) \
        >"$log" 2>&1 </dev/null 9>&- || {
        grep -m 4 -E '[.]java:|Failed to exec|Could not' "$log" >&2
        die "the build failed; all of it is in $log"
    }
    end_build
    say "built in $((SECONDS - started)) s"
}
