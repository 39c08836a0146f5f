# kray_embed_rules(OUTPUT): the files of rules/ as one C++ source, so that the binary needs no files.
function(kray_embed_rules output)
  file(GLOB rule_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/rules/*.yaml)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} "-DFILES=${rule_files}" -P ${PROJECT_SOURCE_DIR}/cmake/WriteEmbeddedRules.cmake
    DEPENDS ${rule_files} ${PROJECT_SOURCE_DIR}/cmake/WriteEmbeddedRules.cmake
    COMMENT "Embedding rules/"
    VERBATIM)
endfunction()
