// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.PrintStream;
import warren.control.ContainerStatus;
import warren.control.NodeStatus;
import warren.control.SecretStatus;
import warren.control.Status;

/// `warren status` for a person.
final class StatusText {
    private StatusText() {}

    static void print(Status status, PrintStream out) {
        NodeStatus node = status.node();
        if (node == null) {
            out.println(
                    "This node is in no cluster yet: warren init starts one, warren join - enters one.");
        } else {
            printNode(status, node, out);
        }
        for (String problem : status.problems()) {
            out.println();
            out.println("problem: " + problem);
        }
    }

    private static String secret(SecretStatus secret) {
        String epoch = "epoch " + secret.epoch();
        return secret.isDone()
                ? epoch
                : epoch + ", held by " + secret.ready() + " of " + secret.alive() + " nodes";
    }

    private static void printNode(Status status, NodeStatus node, PrintStream out) {
        Facts facts = new Facts();
        facts.add("node", node.name() + " (" + node.id() + ")");
        facts.add("cluster", status.cluster());
        facts.add("network", status.network());
        facts.add("address", node.address());
        facts.add("public key", node.publicKey());
        facts.add("tunnel", node.tunnel());
        facts.add("blocks", String.join(", ", node.blocks()));
        facts.add("endpoints", String.join(", ", node.endpoints()));
        SecretStatus secret = status.secret();
        if (secret != null) {
            facts.add("secret", secret(secret));
        }
        facts.print(out);
        if (!status.containers().isEmpty()) {
            out.println();
            Table table = new Table("CONTAINER", "ADDRESS");
            for (ContainerStatus container : status.containers()) {
                table.add(container.name(), container.address());
            }
            table.print(out);
        }
    }
}
