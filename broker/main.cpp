#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "broker/frontends/admin/admin_frontend.hpp"
#include "broker/frontends/aws/aws_service.hpp"
#include "broker/frontends/deliveries/dispatcher.hpp"
#include "broker/frontends/deliveries/http_poster.hpp"
#include "broker/frontends/native/native_frontend.hpp"
#include "broker/frontends/websocket/websocket_frontend.hpp"
#include "broker/runtime/listener.hpp"
#include "broker/runtime/local_broker.hpp"
#include "broker/runtime/log.hpp"
#include "broker/runtime/settings.hpp"
#include "broker/runtime/start_file.hpp"
#include "broker/runtime/start_file_apply.hpp"
#include "broker/runtime/system_random.hpp"
#include "broker/store/lmdb_store.hpp"

namespace tern {
namespace {

using boost::asio::ip::tcp;
using SteadyClock = std::chrono::steady_clock;

constexpr int exit_code_cannot_start = 1;
constexpr int exit_code_wrong_start_file = 2;

/// A start that cannot be: one sentence for people.
struct CannotStart {
    std::string sentence;
    int exit_code = exit_code_cannot_start;
};

/// As many descriptors as the system lets us have: each connection is one.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// Blocks the signals that end the broker, in all threads that are made from now on: the main thread waits for them.
sigset_t hold_back_signals() {
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
}

tcp::endpoint endpoint_of(const runtime::ListenAddress& address) {
    return {boost::asio::ip::make_address(address.host), address.port};
}

std::unique_ptr<store::LmdbStore> open_store(const runtime::Configuration& configuration, runtime::Log& log) {
    const auto& settings = configuration.settings;
    try {
        const auto parent = std::filesystem::absolute(settings.data).parent_path();
        std::filesystem::create_directories(parent);
        auto options = settings.store;
        options.unsafe_late_flush = configuration.unsafe_early_acknowledgement;
        auto store = store::LmdbStore::open(settings.data, options);
        for (const auto& warning : store->warnings()) log.warning(warning);
        return store;
    } catch (const store::StoreFailure& failure) {
        throw CannotStart{failure.what()};
    } catch (const std::filesystem::filesystem_error& error) {
        throw CannotStart{"the data folder " + settings.data + " cannot be made: " + error.code().message()};
    }
}

runtime::LocalBrokerOptions broker_options(const runtime::Configuration& configuration) {
    runtime::LocalBrokerOptions options;
    options.engine = configuration.settings.engine;
    options.mailbox = configuration.settings.mailbox;
    options.commit_loop.unsafe_early_acknowledgement = configuration.unsafe_early_acknowledgement;
    options.unsafe_early_reading = configuration.unsafe_early_reading;
    options.io_threads = static_cast<std::uint32_t>(configuration.settings.io_threads);
    options.waiting_fetches_max = configuration.settings.waiting_fetches_max;
    options.data_folder = std::filesystem::absolute(configuration.settings.data).string();
    return options;
}

native::NativeOptions native_options(const runtime::Settings& settings) {
    native::NativeOptions options;
    options.endpoint = endpoint_of(settings.listen);
    options.connections_max = settings.connections_max;
    options.connections_per_address_max = settings.connections_per_address_max;
    options.limits.pushes.bytes_max = settings.push_bytes_max;
    return options;
}

websocket::WebSocketOptions websocket_options(const runtime::Settings& settings) {
    websocket::WebSocketOptions options;
    options.connections_max = settings.websocket_connections_max;
    options.connections_per_address_max = settings.connections_per_address_max;
    options.limits.frame_bytes_max = settings.websocket_message_bytes_max;
    options.limits.pushes.bytes_max = settings.push_bytes_max;
    options.requests_per_second_max = settings.websocket_requests_per_second_max;
    return options;
}

deliveries::HttpPosterOptions poster_options(const runtime::Settings& settings) {
    deliveries::HttpPosterOptions options;
    // The settings let nothing else through.
    options.rule = deliveries::AddressRule::parse(settings.delivery_hosts).value();
    options.patience = settings.delivery_patience;
    options.ca_file = settings.delivery_ca_file;
    return options;
}

std::unique_ptr<deliveries::HttpPoster> make_poster(boost::asio::io_context& context,
                                                    const runtime::Settings& settings) {
    try {
        return std::make_unique<deliveries::HttpPoster>(context, poster_options(settings));
    } catch (const std::runtime_error& error) {
        throw CannotStart{std::string("delivery_ca_file: ") + error.what()};
    }
}

aws::AwsOptions aws_options(const runtime::Settings& settings) {
    aws::AwsOptions options;
    options.home = {settings.aws_account, settings.aws_region};
    options.sqs.message_bytes_max = settings.sqs_message_bytes_max;
    options.sqs.batch_bytes_max = settings.sqs_batch_bytes_max;
    options.sqs.batch_entries_max = settings.sqs_batch_entries_max;
    options.authority = runtime::to_string(settings.http);
    options.certificate_url = settings.sns_certificate_url;
    options.access_keys = settings.access_keys;
    // No web page has a key, whatever name it comes by.
    options.any_host = settings.allow_insecure || !settings.access_keys.empty();
    options.allowed_hosts = settings.http_allowed_hosts;
    options.endpoint_refusal = [rule = poster_options(settings).rule](std::string_view url) {
        return rule.refusal_of(url);
    };
    return options;
}

admin::AdminOptions admin_options(const runtime::Settings& settings, admin::WebSocketDoor& door,
                                  admin::HttpService& aws) {
    admin::AdminOptions options;
    options.endpoint = endpoint_of(settings.http);
    options.connections_max = settings.http_connections_max;
    options.connections_per_address_max = settings.connections_per_address_max;
    options.any_host = settings.allow_insecure;
    options.allowed_hosts = settings.http_allowed_hosts;
    options.allowed_origins = settings.http_allowed_origins;
    options.door = &door;
    options.services = {&aws};
    return options;
}

/// Of one of the addresses that serve AWS requests alone.
admin::AdminOptions aws_listener_options(const runtime::Settings& settings, const runtime::ListenAddress& address,
                                         admin::HttpService& aws) {
    admin::AdminOptions options;
    options.endpoint = endpoint_of(address);
    options.connections_max = settings.http_connections_max;
    options.connections_per_address_max = settings.connections_per_address_max;
    options.any_host = settings.allow_insecure || !address.is_loopback();
    options.allowed_hosts = settings.http_allowed_hosts;
    options.allowed_origins = settings.http_allowed_origins;
    options.services = {&aws};
    options.services_alone = true;
    return options;
}

/// Makes a front end, whose constructor binds its address.
template <class Frontend, class... Arguments>
std::unique_ptr<Frontend> listen(std::string_view setting, const runtime::ListenAddress& address,
                                 Arguments&&... arguments) {
    try {
        return std::make_unique<Frontend>(std::forward<Arguments>(arguments)...);
    } catch (const boost::system::system_error& error) {
        throw CannotStart{std::string(setting) + ": cannot listen on " + to_string(address) + ": " +
                          error.code().message()};
    }
}

/// Read before anything is opened: a file that is wrong leaves everything as it was.
std::optional<runtime::StartFile> read_start_file(const runtime::Settings& settings) {
    if (settings.start_file.empty()) return std::nullopt;
    auto file = runtime::read_start_file(settings.start_file, {settings.aws_account, settings.aws_region});
    if (auto* const fault = std::get_if<runtime::StartFileFault>(&file)) {
        throw CannotStart{std::move(fault->sentence), exit_code_wrong_start_file};
    }
    return std::get<runtime::StartFile>(std::move(file));
}

void make_what_is_declared(runtime::LocalBroker& broker, const runtime::StartFile& file) {
    try {
        runtime::apply_start_file(broker, file);
    } catch (const runtime::StartFileFault& fault) {
        throw CannotStart{fault.sentence, exit_code_wrong_start_file};
    }
}

void say_ready(const tcp::endpoint& native, const tcp::endpoint& http, const std::string& data,
               SteadyClock::time_point started) {
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - started).count();
    std::printf("tern %s ready: native %s, http %s, data %s, %lld ms\n", TERN_VERSION,
                runtime::to_string(native).c_str(), runtime::to_string(http).c_str(), data.c_str(),
                static_cast<long long>(passed));
    std::fflush(stdout);
}

/// Ends the broker's threads before anything goes that they work with, however `serve` is left.
class StopAtTheEnd {
public:
    explicit StopAtTheEnd(runtime::LocalBroker& broker) : broker_(broker) {}
    ~StopAtTheEnd() { broker_.stop(); }
    StopAtTheEnd(const StopAtTheEnd&) = delete;
    StopAtTheEnd& operator=(const StopAtTheEnd&) = delete;

private:
    runtime::LocalBroker& broker_;
};

void serve(const runtime::Configuration& configuration, SteadyClock::time_point started) {
    const auto& settings = configuration.settings;
    const auto signals = hold_back_signals();
    raise_descriptor_limit();

    const auto start_file = read_start_file(settings);
    runtime::Log log(settings.log_level, settings.log_format);
    runtime::SystemRandom random;
    const auto store = open_store(configuration, log);
    runtime::LocalBroker broker(*store, random, log, broker_options(configuration));
    const auto native = listen<native::NativeFrontend>("listen", settings.listen, broker, broker.io_threads(),
                                                       native_options(settings));
    websocket::WebSocketFrontend websockets(broker, broker.io_threads(), websocket_options(settings));
    aws::AwsService aws(broker, aws_options(settings));
    const auto poster = make_poster(broker.io_threads()[0].context(), settings);
    deliveries::Dispatcher dispatcher(broker, broker.io_threads()[0], *poster,
                                      {settings.deliveries_per_endpoint_max, settings.deliveries_max});
    const auto admin =
        listen<admin::AdminFrontend>("http", settings.http, broker, admin_options(settings, websockets, aws));
    std::vector<std::unique_ptr<admin::AdminFrontend>> aws_listeners;
    for (const auto& address : settings.aws_listen) {
        aws_listeners.push_back(
            listen<admin::AdminFrontend>("aws-listen", address, broker, aws_listener_options(settings, address, aws)));
    }

    const StopAtTheEnd stop_at_the_end(broker);
    broker.start();
    if (start_file) make_what_is_declared(broker, *start_file);
    native->start();
    admin->start();
    for (const auto& listener : aws_listeners) {
        listener->start();
        log.info("serving AWS requests", {{"address", runtime::to_string(listener->local_endpoint())}});
    }
    say_ready(native->local_endpoint(), admin->local_endpoint(), broker.data_folder(), started);
    if (configuration.unsafe_early_acknowledgement) log.warning("acknowledging before it is safe, as a test asked for");
    if (configuration.unsafe_early_reading) log.warning("serving records before they are safe, as a test asked for");

    int signal = 0;
    ::sigwait(&signals, &signal);
    log.info("stopping", {{"signal", signal}});
    native->stop_accepting();
    admin->stop_accepting();
    for (const auto& listener : aws_listeners) listener->stop_accepting();
    broker.stop();
    log.info("stopped");
}

std::optional<std::string> environment(const std::string& variable) {
    const char* const value = std::getenv(variable.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
}

}  // namespace
}  // namespace tern

int main(int argc, char** argv) {
    using namespace tern;
    const auto started = SteadyClock::now();

    const auto outcome = runtime::configure({argv + std::min(argc, 1), argv + argc}, environment, TERN_VERSION);
    if (!outcome.configuration) {
        std::fputs(outcome.text.c_str(), outcome.exit_code == 0 ? stdout : stderr);
        return outcome.exit_code;
    }
    if (outcome.configuration->print_config) {
        std::fputs(runtime::print_config(*outcome.configuration).c_str(), stdout);
        return 0;
    }
    try {
        serve(*outcome.configuration, started);
        return 0;
    } catch (const CannotStart& reason) {
        std::fprintf(stderr, "ternd: %s\n", reason.sentence.c_str());
        return reason.exit_code;
    }
}
