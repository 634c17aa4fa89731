"""Fields of a request's body by which LiteLLM is configured, whoever sent them: prices, endpoints, fallbacks, logs.

They are those of LiteLLM 1.108 (`litellm.types.utils.all_litellm_params`) and what else its proxy and router read.
A test says when LiteLLM's list has grown.
"""

import re

FAMILIES = re.compile(
    r"_|litellm_|mock_|aws_|azure|vertex_|anthropic_|openai_|langfuse_|langsmith_|arize_|dd_|gcs_|s3_|posthog_"
    r"|newrelic_|signoz_|.*_router_|.*cost_per_|.*_token_cost|.*_uplift_"
)
# OpenAI has a field of that name too, or we mean people to use it.
MEANT_FOR_PEOPLE = {"metadata", "cache"}
NAMES = frozenset(
    """
    acompletion additional_drop_params aembedding aimg_generation allm_passthrough_route
    allow_client_keepalive_override allowed_model_region allowed_openai_params api_base api_key api_version args
    assistant_continue_message async_call atext_completion attempted_targets base_model base_url bedrock_tags
    bos_token budget_duration cache_key caching caching_groups call_type client client_id client_secret
    client_side_timeout complete_input_dict complete_response completion_call_id configurable_clientside_auth_params
    content_policy_fallbacks context_window_fallback_dict context_window_fallbacks cooldown_time custom_llm_provider
    custom_prompt_dict data_residency default_api_key_rpm_limit default_api_key_tpm_limit deployment_id
    disable_add_transform_inline_image_block disable_fallbacks disable_global_guardrails drop_params
    enable_json_schema_validation enable_prompt_caching enable_tag_filtering encoding enforced_params
    ensure_alternating_roles eos_token extra_body extra_headers extra_query fake_stream fallback_depth fallbacks
    fastapi_response fastest_response final_prompt_value fireworks_forward_user_id force_timeout
    github_copilot_auth_type github_copilot_user_session guardrail_config guardrails headers hf_model_name
    humanloop_api_key id initial_prompt_value itpm keepalive_seconds kwargs log_client_error_tracebacks logger_fn
    logging_obj max_agentic_loops max_budget max_fallbacks max_file_size_mb max_parallel_requests max_retries
    mcp_handler_context merge_reasoning_content_in_choices model_alias_map model_config model_file_id_mapping
    model_group_retry_policy model_info model_list model_response no-log num_retries optional_params order
    organization original_function otpm output_vector_size policies preset_cache_key print_verbose
    prompt_environment prompt_id prompt_label prompt_variables prompt_version provider_affinity_header
    provider_specific_header proxy_server_request region_name request request_timeout retry_policy retry_strategy
    roles routing_strategy rpm rust search_tool_name secret_fields self shared_session silent_model skip_mcp_handler
    specific_deployment spend_logs_metadata ssl_verify stream_chunk_size stream_response stream_timeout
    stream_timeout_by_service_tier supports_system_message tag_regex tags tenant_id text_completion tiered_pricing
    timeout timeout_by_service_tier token_exchange_audience token_exchange_endpoint token_exchange_profile
    token_exchange_scope tpm ttl turn_off_message_logging use_chat_completions_api use_client use_in_pass_through
    use_litellm_proxy use_xai_oauth user_api_key_dict user_config user_continue_message verbose wandb_api_key
    weave_project_id weight
    """.split()  # noqa: SIM905 - a line for each would be a page of nothing
)


def is_litellms(name: str) -> bool:
    return name in NAMES or FAMILIES.match(name) is not None
