#include "broker/engine/receipt_handle.hpp"

#include "broker/base/base64url.hpp"

namespace tern::engine {
namespace {

struct [[gnu::packed]] Layout {
    std::uint32_t queue;
    std::uint32_t storage;
    std::uint64_t sequence;
    std::uint64_t secret;
    std::int64_t available_at;
    std::uint32_t receive_count;
};
static_assert(sizeof(Layout) == 36);

}  // namespace

std::string encode(const ReceiptHandle& handle) {
    const Layout layout{handle.queue,  handle.storage,           handle.sequence,
                        handle.secret, handle.available_at.ms(), handle.receive_count};
    return encode_base64url({reinterpret_cast<const char*>(&layout), sizeof layout});
}

std::optional<ReceiptHandle> decode_receipt_handle(BytesView text) {
    if (text.size() != sizeof(Layout) / 3 * 4) return std::nullopt;
    const auto bytes = decode_base64url(text);
    if (!bytes) return std::nullopt;
    const auto layout = load_little<Layout>(bytes->data());
    return ReceiptHandle{
        layout.queue,        layout.storage, layout.sequence, layout.secret, Timestamp(layout.available_at),
        layout.receive_count};
}

}  // namespace tern::engine
