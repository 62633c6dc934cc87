#pragma once

#include "tools/tern/command_line.hpp"

/// Each adds one command to the command line: its options, its help, and what it does.
namespace tern::cli {

void add_queue_create(CommandLine& line, CLI::App& queue);
void add_queue_list(CommandLine& line, CLI::App& queue);
void add_queue_show(CommandLine& line, CLI::App& queue);
void add_queue_set(CommandLine& line, CLI::App& queue);
void add_queue_tag(CommandLine& line, CLI::App& queue);
void add_queue_send(CommandLine& line, CLI::App& queue);
void add_queue_receive(CommandLine& line, CLI::App& queue);
void add_queue_delete(CommandLine& line, CLI::App& queue);
void add_queue_peek(CommandLine& line, CLI::App& queue);
void add_queue_purge(CommandLine& line, CLI::App& queue);
void add_queue_redrive(CommandLine& line, CLI::App& queue);
void add_queue_work(CommandLine& line, CLI::App& queue);
void add_queue_delete_queue(CommandLine& line, CLI::App& queue);

void add_stream_create(CommandLine& line, CLI::App& stream);
void add_stream_list(CommandLine& line, CLI::App& stream);
void add_stream_show(CommandLine& line, CLI::App& stream);
void add_stream_set(CommandLine& line, CLI::App& stream);
void add_stream_append(CommandLine& line, CLI::App& stream);
void add_stream_read(CommandLine& line, CLI::App& stream);
void add_stream_tail(CommandLine& line, CLI::App& stream);
void add_stream_truncate(CommandLine& line, CLI::App& stream);
void add_stream_delete(CommandLine& line, CLI::App& stream);

void add_group_list(CommandLine& line, CLI::App& group);
void add_group_show(CommandLine& line, CLI::App& group);
void add_group_lag(CommandLine& line, CLI::App& group);
void add_group_reset(CommandLine& line, CLI::App& group);
void add_group_delete(CommandLine& line, CLI::App& group);

void add_topic_create(CommandLine& line, CLI::App& topic);
void add_topic_list(CommandLine& line, CLI::App& topic);
void add_topic_show(CommandLine& line, CLI::App& topic);
void add_topic_set(CommandLine& line, CLI::App& topic);
void add_topic_publish(CommandLine& line, CLI::App& topic);
void add_topic_subscribe(CommandLine& line, CLI::App& topic);
void add_topic_history(CommandLine& line, CLI::App& topic);
void add_topic_presence(CommandLine& line, CLI::App& topic);
/// The family of commands on the subscriptions of queues.
void add_topic_subscription(CommandLine& line, CLI::App& topic);
void add_topic_delete(CommandLine& line, CLI::App& topic);

void add_status(CommandLine& line, CLI::App& root);
void add_check(CommandLine& line, CLI::App& root);
void add_backup(CommandLine& line, CLI::App& root);
void add_completion(CommandLine& line, CLI::App& root);

}  // namespace tern::cli
