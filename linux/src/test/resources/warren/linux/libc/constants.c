/* SPDX-License-Identifier: Apache-2.0
 *
 * Prints the constants that the bindings spell as numbers: NAME VALUE
 * cc -o constants constants.c && ./constants > constants.txt
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define C(name) printf("%s %lld\n", #name, (long long)(name))

int main(void) {
    C(AF_UNIX); C(AF_INET); C(AF_INET6); C(AF_NETLINK);
    C(SOCK_STREAM); C(SOCK_DGRAM); C(SOCK_RAW); C(SOCK_NONBLOCK); C(SOCK_CLOEXEC);
    C(MSG_PEEK); C(MSG_CTRUNC); C(MSG_TRUNC); C(MSG_DONTWAIT);
    C(SOL_SOCKET); C(SO_SNDBUF); C(SO_RCVBUF); C(SO_SNDBUFFORCE); C(SO_RCVBUFFORCE); C(SO_MARK);
    C(POLLIN); C(POLLOUT); C(POLLERR); C(POLLHUP); C(POLLNVAL);
    C(O_RDONLY); C(O_WRONLY); C(O_RDWR); C(O_CREAT); C(O_EXCL); C(O_NONBLOCK); C(O_CLOEXEC);
    C(EFD_NONBLOCK); C(EFD_CLOEXEC); C(S_IFCHR);
    C(CLONE_NEWNS); C(CLONE_NEWNET);
    C(MS_NOSUID); C(MS_NODEV); C(MS_NOEXEC); C(MS_BIND); C(MS_REC);
    C(MS_PRIVATE); C(MS_SLAVE); C(MS_SHARED); C(MNT_DETACH);
    C(IPPROTO_IP); C(IPPROTO_IPV6); C(IP_PKTINFO); C(IPV6_PKTINFO);
    C(IP_MTU_DISCOVER); C(IP_PMTUDISC_DONT); C(IPV6_MTU_DISCOVER); C(IPV6_V6ONLY); C(IPV6_RECVPKTINFO);
    C(TUNSETIFF); C(TUNGETIFF); C(IFF_TUN); C(IFF_NO_PI); C(IFF_TUN_EXCL);
    C(IFF_VNET_HDR); C(TUNSETOFFLOAD); C(TUN_F_CSUM); C(TUN_F_TSO4); C(TUN_F_TSO6); C(TUN_F_TSO_ECN);
    C(SOL_UDP); C(UDP_SEGMENT); C(UDP_GRO);
    C(VIRTIO_NET_HDR_F_NEEDS_CSUM); C(VIRTIO_NET_HDR_GSO_NONE); C(VIRTIO_NET_HDR_GSO_TCPV4);
    C(VIRTIO_NET_HDR_GSO_TCPV6); C(VIRTIO_NET_HDR_GSO_ECN);
    C(SIOCGIFFLAGS); C(SIOCSIFFLAGS); C(SIOCGIFMTU); C(SIOCSIFMTU); C(SIOCGIFINDEX);
    C(IFF_UP); C(IFNAMSIZ);
    C(EPERM); C(ENOENT); C(ESRCH); C(EINTR); C(EIO); C(ENXIO); C(EBADF); C(EAGAIN); C(ENOMEM); C(EACCES);
    C(EFAULT); C(EBUSY); C(EEXIST); C(ENODEV); C(EINVAL); C(ENOTTY); C(ENOSPC); C(EPIPE); C(EPROTO);
    C(EBADFD); C(ENOTSOCK); C(EMSGSIZE); C(EOPNOTSUPP); C(EAFNOSUPPORT); C(EADDRINUSE); C(EADDRNOTAVAIL);
    C(ENETDOWN); C(ENETUNREACH); C(ENOBUFS); C(ECONNREFUSED); C(EHOSTUNREACH);
    C(E2BIG); C(EAGAIN); C(ECHILD); C(EFBIG); C(EISDIR); C(ELOOP); C(EMFILE); C(EMLINK); C(ENAMETOOLONG);
    C(ENFILE); C(ENOSYS); C(ENOTDIR); C(ENOTEMPTY); C(ENOTCONN); C(EISCONN); C(ENOENT); C(EOVERFLOW); C(ERANGE);
    C(EROFS); C(ETIMEDOUT); C(EXDEV); C(ENODATA); C(ENOMSG); C(EPFNOSUPPORT); C(EPROTONOSUPPORT);
    C(EPROTOTYPE); C(ECONNABORTED); C(ECONNRESET); C(EINPROGRESS); C(EALREADY); C(EDESTADDRREQ); C(EUSERS);
    return 0;
}
