#pragma once

#include "tern/error.hpp"

namespace tern {

/// The error that CALL throws, or none.
template <class Call>
Error error_of(Call call) {
    try {
        call();
    } catch (const Error& error) {
        return error;
    }
    return Error();
}

/// How CALL ends: the status of the error that it throws, or ok.
template <class Call>
Status status_of(Call call) {
    return error_of(call).status();
}

}  // namespace tern
