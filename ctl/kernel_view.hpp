// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/configuration.hpp"
#include "core/network.hpp"
#include "filter.hpp"
#include "model.hpp"

#include <memory>
#include <vector>

namespace subflowd::ctl {

/// What can be seen without the daemon: the links, routes and connections of the network namespace
/// of the calling thread, asked of the kernel and understood as a daemon would that only looks on.
/// Needs no privilege, except that kernels before 6.17 do not tell everybody which TCP sockets are
/// subflows.
class KernelView {
  public:
    /// Lists links and routes. `rules` decide about the roles of links. Throws CommandFailure if
    /// the kernel does not answer.
    explicit KernelView(const std::vector<core::LinkRule>& rules);
    ~KernelView();
    KernelView(const KernelView&) = delete;
    KernelView& operator=(const KernelView&) = delete;

    /// Lists connections, by rising token. What only a daemon knows stays empty: rule, age, who
    /// manages it. Throws CommandFailure if the kernel does not answer, or the filter asks for
    /// what only a daemon knows.
    std::vector<Connection> connections(const Filter& filter);

    std::vector<Link> links() const;

    const std::vector<core::network::Route>& routes() const;

  private:
    class State;
    std::unique_ptr<State> state_;
};

} // namespace subflowd::ctl
