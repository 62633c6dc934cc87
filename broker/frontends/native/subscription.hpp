#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/engine/answers.hpp"
#include "broker/frontends/native/push_side.hpp"
#include "broker/frontends/native/request_topics.hpp"
#include "broker/runtime/publication_receiver.hpp"

namespace tern::native {

/// A subscription of a session to a topic, from the moment its topic is open on. On its session's I/O thread.
class Subscription : public runtime::PublicationReceiver {
public:
    Subscription(PushSide& side, std::uint64_t id, Subscribe&& wish, engine::TopicOpened&& opened)
        : side_(side),
          id_(id),
          wish_(std::move(wish)),
          opened_(std::move(opened)) {}
    ~Subscription() override { stop(); }
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;

    /// Registers and tells the peer. Errors: what the subscription is refused with; it is to be thrown away then.
    virtual Result<void> begin() = 0;
    /// Goes on with what had to wait, in a bounded step. Whether there is more, for as soon as there is room.
    virtual bool proceed() = 0;
    /// A second has passed, or so.
    virtual void on_second_passed(Timestamp /*now*/) {}
    /// The answer to what it asked by itself.
    virtual void on_own_answer(engine::Answer&& answer) = 0;

    void on_publication(runtime::SharedPublication& /*publication*/) override {}
    void on_presence(runtime::SharedPresenceChange& change) override;
    void on_topic_deleted() override;

    std::uint64_t id() const { return id_; }
    bool over() const { return over_; }
    /// Not there any more, by its own will.
    void leave_presence();
    /// Errors: presence_not_enabled when it is not there.
    Result<void> set_presence(const std::string& state);

protected:
    /// Registers with the topic and enters its presence. Errors: presence_not_enabled.
    Result<void> join();
    void tell_subscribed(std::uint64_t offset, bool recovered);
    void tell_gap(std::uint64_t from_offset, std::uint64_t to_offset, std::uint64_t dropped);
    /// Tells the peer why, and is over.
    void end(Errc status, std::string_view detail = {});
    /// Wants proceed to be called as there is room.
    void want_turn();

    PushSide& side_;
    const std::uint64_t id_;
    Subscribe wish_;
    const engine::TopicOpened opened_;

private:
    friend class SessionSubscriptions;

    /// Leaves everything; a connection that ends is a lost one.
    void stop();

    bool joined_ = false;
    bool present_ = false;
    bool over_ = false;
    bool pending_ = false;
};

}  // namespace tern::native
