#pragma once

#include "tern/error.hpp"

namespace tern {

/// How CALL ends: the status of the error that it throws, or ok.
template <class Call>
Status status_of(Call call) {
    try {
        call();
    } catch (const Error& error) {
        return error.status();
    }
    return Status::ok;
}

}  // namespace tern
