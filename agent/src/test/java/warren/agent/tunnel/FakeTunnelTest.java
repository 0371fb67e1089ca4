// SPDX-License-Identifier: Apache-2.0
package warren.agent.tunnel;

/// The fake keeps the contract, or what is tested against it says nothing.
class FakeTunnelTest extends TunnelContract {
    private final FakeTunnel tunnel = new FakeTunnel();

    @Override
    Tunnel tunnel() {
        return tunnel;
    }
}
