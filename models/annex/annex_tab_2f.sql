{{ annex_tab_2(['target_group']) }}
