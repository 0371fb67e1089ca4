/* SPDX-License-Identifier: Apache-2.0
 *
 * Prints the numbers that warren.linux.libc.Structs is compared with, one per line:
 *   STRUCT SIZE    and    STRUCT.MEMBER OFFSET SIZE
 * cc -o structs structs.c && ./structs > structs.txt
 */
#define _GNU_SOURCE
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>

#define SIZE(s) printf("%s %zu\n", #s, sizeof(struct s))
#define MEMBER(s, m) \
    printf("%s.%s %zu %zu\n", #s, #m, offsetof(struct s, m), sizeof(((struct s *)0)->m))

int main(void) {
    SIZE(sockaddr_in);
    MEMBER(sockaddr_in, sin_family);
    MEMBER(sockaddr_in, sin_port);
    MEMBER(sockaddr_in, sin_addr);
    MEMBER(sockaddr_in, sin_zero);
    SIZE(sockaddr_in6);
    MEMBER(sockaddr_in6, sin6_family);
    MEMBER(sockaddr_in6, sin6_port);
    MEMBER(sockaddr_in6, sin6_flowinfo);
    MEMBER(sockaddr_in6, sin6_addr);
    MEMBER(sockaddr_in6, sin6_scope_id);
    SIZE(iovec);
    MEMBER(iovec, iov_base);
    MEMBER(iovec, iov_len);
    SIZE(msghdr);
    MEMBER(msghdr, msg_name);
    MEMBER(msghdr, msg_namelen);
    MEMBER(msghdr, msg_iov);
    MEMBER(msghdr, msg_iovlen);
    MEMBER(msghdr, msg_control);
    MEMBER(msghdr, msg_controllen);
    MEMBER(msghdr, msg_flags);
    SIZE(mmsghdr);
    MEMBER(mmsghdr, msg_hdr);
    MEMBER(mmsghdr, msg_len);
    SIZE(cmsghdr);
    MEMBER(cmsghdr, cmsg_len);
    MEMBER(cmsghdr, cmsg_level);
    MEMBER(cmsghdr, cmsg_type);
    SIZE(in_pktinfo);
    MEMBER(in_pktinfo, ipi_ifindex);
    MEMBER(in_pktinfo, ipi_spec_dst);
    MEMBER(in_pktinfo, ipi_addr);
    SIZE(in6_pktinfo);
    MEMBER(in6_pktinfo, ipi6_addr);
    MEMBER(in6_pktinfo, ipi6_ifindex);
    SIZE(pollfd);
    MEMBER(pollfd, fd);
    MEMBER(pollfd, events);
    MEMBER(pollfd, revents);
    SIZE(ifreq);
    MEMBER(ifreq, ifr_name);
    MEMBER(ifreq, ifr_ifru);
    SIZE(virtio_net_hdr);
    MEMBER(virtio_net_hdr, flags);
    MEMBER(virtio_net_hdr, gso_type);
    MEMBER(virtio_net_hdr, hdr_len);
    MEMBER(virtio_net_hdr, gso_size);
    MEMBER(virtio_net_hdr, csum_start);
    MEMBER(virtio_net_hdr, csum_offset);
    return 0;
}
